package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.OffsetRange;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Dead letters that are sent through again, exactly once. A replay is a claim whose messages are fixed before anything is
 * done: the claim and the mark on its letters are one transaction, so that no letter is in two replays. It is finished
 * like any claim, its letters are done in the transaction of its commit. Whoever works on it holds a lease; when that runs
 * out another replica takes it over under a higher epoch and does the same again.
 */
@Repository
public class Replays {
    private static final int LETTERS = 5_000;
    private static final long BYTES = 32L << 20;
    private static final int LEASE_SECONDS = 15;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Replays(JdbcTemplate template, TransactionTemplate transaction) {
        this.jdbc = JdbcClient.create(template);
        this.transaction = transaction;
    }

    /** Claims all letters that match and are in no replay, in as many claims as it takes. */
    public List<UUID> reserve(String pipeline, int version, ReplayQuery query) {
        OffsetDateTime asOf = inTransaction(() ->
                jdbc.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single());
        List<UUID> claims = new ArrayList<>();
        Optional<UUID> next = reserveOne(pipeline, version, query, asOf);
        while (next.isPresent()) {
            claims.add(next.get());
            next = reserveOne(pipeline, version, query, asOf);
        }
        return claims;
    }

    /**
     * Claims messages that have waited in a step and go on behind it; part of the transaction around it.
     *
     * @param offsets in ascending order, not empty
     */
    public UUID claim(
            String pipeline,
            int version,
            String topic,
            int partition,
            int generation,
            List<Long> offsets,
            String afterStep) {
        return inTransaction(() -> {
            UUID claim = UUID.randomUUID();
            jdbc.sql("""
                            INSERT INTO pipeline_file (claim_id, partition_id, first_offset, last_offset, epoch, version,
                                batch_time, status, target, object_keys, offsets, after_step)
                            SELECT :claim, id, :first, :last, nextval('ownership_epoch'), :version, now(), 'CLAIMED', '', '{}',
                                :offsets, :after
                            FROM pipeline_partition
                            WHERE pipeline = :pipeline AND topic = :topic AND partition = :partition
                              AND generation = :generation""")
                    .param("claim", claim)
                    .param("first", offsets.get(0))
                    .param("last", offsets.get(offsets.size() - 1))
                    .param("version", version)
                    .param("offsets", offsets.toArray(Long[]::new))
                    .param("after", afterStep)
                    .param("generation", generation)
                    .param("pipeline", pipeline)
                    .param("topic", topic)
                    .param("partition", partition)
                    .update();
            jdbc.sql("INSERT INTO replay_work (claim_id, pipeline) VALUES (:claim, :pipeline)")
                    .param("claim", claim)
                    .param("pipeline", pipeline)
                    .update();
            return claim;
        });
    }

    private record Waiting(String topic, int partition, int generation, long offset, long bytes) {}

    /** @param asOf letters that are newer have failed again meanwhile */
    private Optional<UUID> reserveOne(String pipeline, int version, ReplayQuery query, OffsetDateTime asOf) {
        return inTransaction(() -> {
            List<Waiting> letters = waiting(pipeline, query, asOf);
            if (letters.isEmpty()) {
                return Optional.empty();
            }
            UUID claim = UUID.randomUUID();
            Waiting first = letters.get(0);
            Long[] offsets = sameClaim(letters);
            jdbc.sql("""
                            INSERT INTO pipeline_file (claim_id, partition_id, first_offset, last_offset, epoch, version,
                                batch_time, status, target, object_keys, offsets)
                            SELECT :claim, id, :first, :last, nextval('ownership_epoch'), :version, now(), 'CLAIMED', '', '{}',
                                :offsets
                            FROM pipeline_partition
                            WHERE pipeline = :pipeline AND topic = :topic AND partition = :partition
                              AND generation = :generation""")
                    .param("claim", claim)
                    .param("first", offsets[0])
                    .param("last", offsets[offsets.length - 1])
                    .param("version", version)
                    .param("offsets", offsets)
                    .param("pipeline", pipeline)
                    .param("topic", first.topic)
                    .param("partition", first.partition)
                    .param("generation", first.generation)
                    .update();
            jdbc.sql("INSERT INTO replay_work (claim_id, pipeline) VALUES (:claim, :pipeline)")
                    .param("claim", claim)
                    .param("pipeline", pipeline)
                    .update();
            jdbc.sql("""
                            UPDATE dead_letter SET replay = :claim
                            WHERE pipeline = :pipeline AND topic = :topic AND partition = :partition
                              AND generation = :generation AND "offset" = ANY(:offsets)""")
                    .param("claim", claim)
                    .param("pipeline", pipeline)
                    .param("topic", first.topic)
                    .param("partition", first.partition)
                    .param("generation", first.generation)
                    .param("offsets", offsets)
                    .update();
            return Optional.of(claim);
        });
    }

    private List<Waiting> waiting(String pipeline, ReplayQuery query, OffsetDateTime asOf) {
        return jdbc.sql("""
                        SELECT topic, partition, generation, "offset", coalesce(octet_length(value), 0) AS bytes FROM dead_letter
                        WHERE pipeline = :pipeline AND replay IS NULL AND replayed_at IS NULL AND created_at <= :asOf
                          AND (cast(:reason AS text) IS NULL OR reason = :reason)
                          AND (cast(:topic AS text) IS NULL OR topic = :topic)
                          AND (cast(:partition AS integer) IS NULL OR partition = :partition)
                          AND (cast(:first AS bigint) IS NULL OR "offset" >= :first)
                          AND (cast(:last AS bigint) IS NULL OR "offset" <= :last)
                        ORDER BY topic, partition, generation, "offset" LIMIT :limit FOR UPDATE SKIP LOCKED""")
                .param("pipeline", pipeline)
                .param("asOf", asOf)
                .param("reason", query.reason(), Types.VARCHAR)
                .param("topic", query.topic(), Types.VARCHAR)
                .param("partition", query.partition(), Types.INTEGER)
                .param("first", query.firstOffset(), Types.BIGINT)
                .param("last", query.lastOffset(), Types.BIGINT)
                .param("limit", LETTERS)
                .query((row, number) -> new Waiting(
                        row.getString("topic"),
                        row.getInt("partition"),
                        row.getInt("generation"),
                        row.getLong("offset"),
                        row.getLong("bytes")))
                .list();
    }

    /** Those from the first one on that are of its partition and not too much for one batch. */
    private static Long[] sameClaim(List<Waiting> letters) {
        Waiting first = letters.get(0);
        List<Long> offsets = new ArrayList<>();
        long bytes = 0;
        for (Waiting letter : letters) {
            bytes += letter.bytes;
            boolean same = letter.topic.equals(first.topic)
                    && letter.partition == first.partition
                    && letter.generation == first.generation;
            if (!same || (bytes > BYTES && !offsets.isEmpty())) {
                break;
            }
            offsets.add(letter.offset);
        }
        return offsets.toArray(Long[]::new);
    }

    /** Takes a replay whose lease has run out, or that nobody has begun yet. */
    public Optional<Replay> take(Collection<String> pipelines, String owner) {
        return inTransaction(() -> jdbc.sql("""
                        UPDATE replay_work SET owner = :owner, attempts = attempts + 1,
                            lease_until = clock_timestamp() + make_interval(secs => :lease)
                        WHERE claim_id = (
                            SELECT claim_id FROM replay_work
                            WHERE pipeline = ANY(:pipelines) AND lease_until <= clock_timestamp()
                            ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING claim_id, attempts""")
                .param("owner", owner)
                .param("lease", LEASE_SECONDS)
                .param("pipelines", pipelines.toArray(String[]::new))
                .query((row, number) -> begin(row.getObject("claim_id", UUID.class), row.getInt("attempts")))
                .optional()
                .flatMap(found -> found));
    }

    private Optional<Replay> begin(UUID claim, int attempts) {
        Optional<Replay> replay = jdbc.sql("""
                        UPDATE pipeline_file f SET epoch = nextval('ownership_epoch') FROM pipeline_partition p
                        WHERE f.claim_id = :claim AND f.status = 'CLAIMED' AND p.id = f.partition_id
                        RETURNING p.pipeline, p.topic, p.partition, p.generation, f.first_offset, f.last_offset, f.epoch, f.version,
                            f.batch_time, f.after_step""")
                .param("claim", claim)
                .query((row, number) -> new Replay(
                        claim,
                        row.getString("pipeline"),
                        new OffsetRange(
                                row.getString("topic"),
                                row.getInt("partition"),
                                row.getLong("first_offset"),
                                row.getLong("last_offset")),
                        row.getInt("generation"),
                        row.getLong("epoch"),
                        row.getInt("version"),
                        row.getObject("batch_time", OffsetDateTime.class).toInstant(),
                        attempts,
                        row.getString("after_step"),
                        letters(claim)))
                .optional();
        if (replay.isEmpty()) {
            done(claim);
        }
        return replay;
    }

    private List<DeadLetter> letters(UUID claim) {
        return jdbc
                .sql("SELECT * FROM dead_letter WHERE replay = :claim ORDER BY \"offset\"")
                .param("claim", claim)
                .query(DeadLetterRows::entry)
                .list()
                .stream()
                .map(DeadLetterEntry::letter)
                .toList();
    }

    /** The one that works on a replay is still there. */
    public void renew(Replay replay) {
        inTransaction(() -> jdbc.sql("""
                        UPDATE replay_work w SET lease_until = clock_timestamp() + make_interval(secs => :lease)
                        FROM pipeline_file f
                        WHERE w.claim_id = :claim AND f.claim_id = w.claim_id AND f.epoch = :epoch""")
                .param("lease", LEASE_SECONDS)
                .param("claim", replay.claim())
                .param("epoch", replay.epoch())
                .update());
    }

    /** Nothing is left to do for it. */
    public void done(UUID claim) {
        inTransaction(() -> jdbc.sql("DELETE FROM replay_work WHERE claim_id = :claim")
                .param("claim", claim)
                .update());
    }

    /** Something is away: whoever comes first after the delay tries again. */
    public void retry(Replay replay, BatchException cause, Duration delay) {
        inTransaction(() -> jdbc.sql("""
                        UPDATE replay_work SET owner = NULL, reason = :reason, detail = :detail,
                            lease_until = clock_timestamp() + make_interval(secs => :delay)
                        WHERE claim_id = :claim AND attempts = :attempts""")
                .param("reason", cause.reason())
                .param("detail", Json.storable(cause.detail()))
                .param("delay", delay.toMillis() / 1000.0)
                .param("claim", replay.claim())
                .param("attempts", replay.attempts())
                .update());
    }

    /**
     * It cannot be done as things are: its letters are free again.
     *
     * @return false when objects are decided already, which may be there, and when its messages have waited, so that there
     *     is nowhere else for them: then it has to be tried again
     */
    public boolean giveUp(Replay replay, BatchException cause) {
        return inTransaction(() -> {
            int given = jdbc.sql("""
                            UPDATE pipeline_file SET status = 'DEAD', detail = :detail
                            WHERE claim_id = :claim AND epoch = :epoch AND status = 'CLAIMED' AND target = ''
                              AND after_step IS NULL""")
                    .param("detail", Json.storable(cause.reason() + ": " + cause.detail()))
                    .param("claim", replay.claim())
                    .param("epoch", replay.epoch())
                    .update();
            if (given == 1) {
                jdbc.sql("UPDATE dead_letter SET replay = NULL WHERE replay = :claim")
                        .param("claim", replay.claim())
                        .update();
                done(replay.claim());
            }
            return given == 1;
        });
    }

    /** How far replays are. */
    public ReplayOutcome outcome(Collection<UUID> claims) {
        return inTransaction(() -> new ReplayRows(jdbc).outcome(claims));
    }

    private <T> T inTransaction(Supplier<T> work) {
        try {
            return java.util.Objects.requireNonNull(transaction.execute(status -> work.get()));
        } catch (DataAccessException | TransactionException e) {
            throw BatchException.retry("database_unavailable", "the database does not answer as it should: " + e, e);
        }
    }
}
