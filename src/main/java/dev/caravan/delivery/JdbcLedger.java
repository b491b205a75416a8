package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger in PostgreSQL. Every time that is stored is the database's. */
@Repository
final class JdbcLedger implements Ledger {
    private static final String TAKEN = "another owner has the partition: ";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ApplicationEventPublisher events;
    private final LedgerRows rows;
    private final DeadLetterRows deadLetters;
    private final VersionRows versions;

    JdbcLedger(JdbcTemplate template, TransactionTemplate transaction, ApplicationEventPublisher events) {
        this.jdbc = JdbcClient.create(template);
        this.transaction = transaction;
        this.events = events;
        this.rows = new LedgerRows(jdbc);
        this.deadLetters = new DeadLetterRows(template);
        this.versions = new VersionRows(jdbc);
    }

    @Override
    public Ownership own(PartitionKey key, String owner, @Nullable String topicId) {
        return inTransaction(() -> {
            Held held = take(key, owner, topicId)
                    .orElseThrow(() -> BatchException.pause(
                            "topic_recreated",
                            "topic " + key.topic() + " is not the one that was read before: it was deleted and created "
                                    + "again, so the offsets of the ledger mean other messages. Clear the pipeline to "
                                    + "start over with the new topic."));
            // the claims go with the partition, so that their earlier owner cannot finish them
            jdbc.sql(
                            "UPDATE pipeline_file SET epoch = :epoch WHERE partition_id = :id AND status = 'CLAIMED' AND offsets IS NULL")
                    .param("epoch", held.epoch)
                    .param("id", held.id)
                    .update();
            return new Ownership(
                    held.epoch, held.generation, LedgerRows.position(held.nextOffset), rows.unfinished(held.id));
        });
    }

    private Optional<Held> take(PartitionKey key, String owner, @Nullable String topicId) {
        return jdbc.sql("""
                        INSERT INTO pipeline_partition AS p (pipeline, topic, partition, epoch, owner, topic_id)
                        VALUES (:pipeline, :topic, :partition, nextval('ownership_epoch'), :owner, :topicId)
                        ON CONFLICT (pipeline, topic, partition) WHERE current DO UPDATE
                        SET epoch = nextval('ownership_epoch'), owner = excluded.owner, owned_at = now(),
                            topic_id = coalesce(p.topic_id, excluded.topic_id)
                        WHERE p.topic_id IS NULL OR excluded.topic_id IS NULL OR p.topic_id = excluded.topic_id
                        RETURNING id, epoch, next_offset, p.version, p.generation""")
                .param("pipeline", key.pipeline())
                .param("topic", key.topic())
                .param("partition", key.partition())
                .param("owner", owner)
                .param("topicId", topicId, java.sql.Types.VARCHAR)
                .query(Held::read)
                .optional();
    }

    @Override
    public void begin(PartitionKey key, long epoch, long offset) {
        inTransaction(() -> {
            Held held = hold(key, epoch);
            return jdbc.sql(
                            "UPDATE pipeline_partition SET next_offset = :offset WHERE id = :id AND next_offset IS NULL")
                    .param("offset", offset)
                    .param("id", held.id)
                    .update();
        });
    }

    @Override
    public void pass(PartitionKey key, long epoch, long from, long to) {
        inTransaction(() -> {
            Held held = hold(key, epoch);
            return jdbc.sql(
                            "UPDATE pipeline_partition SET next_offset = :to WHERE id = :id AND next_offset = :from AND :to > :from")
                    .param("to", to)
                    .param("from", from)
                    .param("id", held.id)
                    .update();
        });
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return inTransaction(() -> {
            if (request.replay() != null) {
                return rows.decide(request.replay(), request);
            }
            PartitionKey key = new PartitionKey(
                    request.pipeline(), request.range().topic(), request.range().partition());
            Held held = lock(key);
            Optional<LedgerRows.Claimed> known = rows.find(held.id, request.range());
            if (known.isPresent()) {
                return again(known.get(), held, request);
            }
            held.require(request.epoch(), key);
            if (held.nextOffset == null || held.nextOffset != request.range().first()) {
                throw BatchException.fenced(request.range() + " does not start at the partition's position "
                        + held.nextOffset + " of " + key);
            }
            versions.require(request);
            if (held.version != request.version()) {
                versions.started(held.id, request.version(), request.range().first());
            }
            return insert(held, request);
        });
    }

    private static Claim again(LedgerRows.Claimed known, Held held, ClaimRequest request) {
        Claim claim = known.claim();
        if (claim.status() == ClaimStatus.DEAD) {
            throw BatchException.fenced(claim + " was given up");
        }
        if (claim.status() == ClaimStatus.CLAIMED) {
            held.require(request.epoch(), claim.partition());
        }
        if (!known.target().equals(request.target())) {
            throw BatchException.pause(
                    "second_target",
                    claim + " goes to " + known.target() + " and cannot go to " + request.target()
                            + " too: a pipeline has one sink.");
        }
        return claim;
    }

    private Claim insert(Held held, ClaimRequest request) {
        UUID id = UUID.randomUUID();
        // not rounded, or a date in an object key could turn to the next day
        Instant batchTime = request.batchTime().truncatedTo(ChronoUnit.MICROS);
        try {
            jdbc.sql("""
                            INSERT INTO pipeline_file (claim_id, partition_id, first_offset, last_offset, epoch, version,
                                batch_time, status, target, object_keys)
                            VALUES (:id, :partition, :first, :last, :epoch, :version, :batchTime, 'CLAIMED', :target, :keys)""")
                    .param("id", id)
                    .param("partition", held.id)
                    .param("first", request.range().first())
                    .param("last", request.range().last())
                    .param("epoch", held.epoch)
                    .param("version", request.version())
                    .param("batchTime", batchTime.atOffset(ZoneOffset.UTC))
                    .param("target", request.target())
                    .param("keys", request.objectKeys().toArray(String[]::new))
                    .update();
        } catch (DataIntegrityViolationException e) {
            throw BatchException.fenced(request.range() + " overlaps a range that is claimed already");
        }
        jdbc.sql("UPDATE pipeline_partition SET next_offset = :next WHERE id = :id")
                .param("next", request.range().last() + 1)
                .param("id", held.id)
                .update();
        return new Claim(
                id,
                request.pipeline(),
                request.range(),
                held.epoch,
                request.version(),
                batchTime,
                ClaimStatus.CLAIMED,
                request.objectKeys(),
                held.generation);
    }

    @Override
    public Claim replaceObjects(Claim claim, List<String> objectKeys, Runnable removal) {
        return inTransaction(() -> {
            int locked = jdbc.sql("""
                            UPDATE pipeline_file SET object_keys = :keys
                            WHERE claim_id = :id AND epoch = :epoch AND status = 'CLAIMED'""")
                    .param("keys", objectKeys.toArray(String[]::new))
                    .param("id", claim.id())
                    .param("epoch", claim.epoch())
                    .update();
            if (locked == 0) {
                throw BatchException.fenced(TAKEN + claim);
            }
            removal.run();
            return rows.get(claim.id()).claim();
        });
    }

    @Override
    public boolean commit(Claim claim, Committed result) {
        return inTransaction(() -> {
            Optional<String> target = rows.commit(claim, result);
            if (target.isEmpty()) {
                return committedBefore(claim);
            }
            deadLetters.replayed(claim);
            deadLetters.insert(claim, result.deadLetters());
            result.alongside().run();
            Claim committed = rows.get(claim.id()).claim();
            events.publishEvent(new BatchCommitted(committed, target.get(), result.counts(), result.objects()));
            return true;
        });
    }

    private boolean committedBefore(Claim claim) {
        Optional<ClaimStatus> status = rows.status(claim.id());
        if (status.isPresent() && status.get() == ClaimStatus.COMMITTED) {
            return false;
        }
        throw BatchException.fenced(TAKEN + claim);
    }

    @Override
    public void expire(Claim claim, String detail) {
        inTransaction(() -> {
            int expired = jdbc.sql("""
                            UPDATE pipeline_file SET status = 'DEAD', detail = :detail
                            WHERE claim_id = :id AND epoch = :epoch AND status = 'CLAIMED'""")
                    .param("detail", detail)
                    .param("id", claim.id())
                    .param("epoch", claim.epoch())
                    .update();
            if (expired == 0 && !rows.status(claim.id()).equals(Optional.of(ClaimStatus.DEAD))) {
                throw BatchException.fenced(TAKEN + claim);
            }
            return expired;
        });
    }

    @Override
    public void forget(String pipeline) {
        inTransaction(() -> {
            deadLetters.delete(pipeline);
            versions.forget(pipeline);
            return jdbc.sql("DELETE FROM pipeline_partition WHERE pipeline = :pipeline")
                    .param("pipeline", pipeline)
                    .update();
        });
    }

    @Override
    public void switchTo(String pipeline, int version) {
        inTransaction(() -> {
            versions.switchTo(pipeline, version);
            return version;
        });
    }

    @Override
    public List<VersionSwitch> switches(String pipeline, int first, int last) {
        return inTransaction(() -> versions.switches(pipeline, first, last));
    }

    @Override
    public List<FileEntry> files(String pipeline, FileQuery query) {
        return inTransaction(() -> rows.files(pipeline, query));
    }

    @Override
    public List<DeadLetterEntry> deadLetters(String pipeline, DeadLetterQuery query) {
        return inTransaction(() -> deadLetters.list(pipeline, query));
    }

    @Override
    public Totals totals(String pipeline) {
        return inTransaction(() -> rows.totals(pipeline));
    }

    @Override
    public Totals windowed(String pipeline, Instant since) {
        return inTransaction(() -> rows.windowed(pipeline, since));
    }

    @Override
    public List<PartitionPosition> positions(String pipeline) {
        return inTransaction(() -> rows.positions(pipeline));
    }

    private Held hold(PartitionKey key, long epoch) {
        Held held = lock(key);
        held.require(epoch, key);
        return held;
    }

    private Held lock(PartitionKey key) {
        return jdbc.sql("""
                        SELECT id, epoch, next_offset, version, generation FROM pipeline_partition
                        WHERE pipeline = :pipeline AND topic = :topic AND partition = :partition AND current FOR UPDATE""")
                .param("pipeline", key.pipeline())
                .param("topic", key.topic())
                .param("partition", key.partition())
                .query(Held::read)
                .optional()
                .orElseThrow(() -> BatchException.fenced("nobody owns " + key));
    }

    private <T> T inTransaction(Supplier<T> work) {
        try {
            T result = transaction.execute(status -> work.get());
            return Objects.requireNonNull(result);
        } catch (DataAccessException | TransactionException e) {
            throw BatchException.retry(
                    "database_unavailable", "the database does not answer as it should: " + sentence(e), e);
        }
    }

    /** What the driver says: it knows the address, and what it wraps only that nobody was there. */
    private static @Nullable String sentence(RuntimeException failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof java.sql.SQLException) {
                return at.getMessage();
            }
        }
        return failure.getMessage();
    }

    /** The locked row of a partition. */
    private record Held(long id, long epoch, @Nullable Long nextOffset, int version, int generation) {
        static Held read(java.sql.ResultSet row, int number) throws java.sql.SQLException {
            return new Held(
                    row.getLong("id"),
                    row.getLong("epoch"),
                    (Long) row.getObject("next_offset"),
                    row.getInt("version"),
                    row.getInt("generation"));
        }

        void require(long expected, PartitionKey key) {
            if (epoch != expected) {
                throw BatchException.fenced(TAKEN + key + " (epoch " + epoch + ", ours was " + expected + ")");
            }
        }
    }
}
