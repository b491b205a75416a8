package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.OffsetRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads and ends the rows of {@code pipeline_file}; runs inside the ledger's transactions. */
final class LedgerRows {
    private static final String CLAIM = """
            SELECT p.pipeline, p.topic, p.partition, p.generation, f.* FROM pipeline_file f JOIN pipeline_partition p ON p.id = f.partition_id
            """;

    private final JdbcClient jdbc;

    LedgerRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A claim with what the record of the public interface leaves out. */
    record Claimed(Claim claim, String target) {}

    Claimed get(UUID id) {
        return jdbc.sql(CLAIM + "WHERE f.claim_id = :id")
                .param("id", id)
                .query(LedgerRows::claimed)
                .single();
    }

    Optional<ClaimStatus> status(UUID id) {
        return jdbc.sql("SELECT status FROM pipeline_file WHERE claim_id = :id")
                .param("id", id)
                .query(String.class)
                .optional()
                .map(ClaimStatus::valueOf);
    }

    Optional<Claimed> find(long partitionId, OffsetRange range) {
        return jdbc.sql(CLAIM + """
                        WHERE f.partition_id = :id AND f.first_offset = :first AND f.last_offset = :last AND f.offsets IS NULL""")
                .param("id", partitionId)
                .param("first", range.first())
                .param("last", range.last())
                .query(LedgerRows::claimed)
                .optional();
    }

    List<Claim> unfinished(long partitionId) {
        return jdbc.sql(CLAIM + """
                        WHERE f.partition_id = :id AND f.status = 'CLAIMED' AND f.offsets IS NULL ORDER BY f.first_offset""")
                .param("id", partitionId)
                .query((row, number) -> claimed(row, number).claim())
                .list();
    }

    /** The first attempt of a replay that gets so far decides its objects. */
    Claim decide(UUID replay, ClaimRequest request) {
        jdbc.sql("""
                        UPDATE pipeline_file SET target = :target, object_keys = :keys
                        WHERE claim_id = :id AND epoch = :epoch AND status = 'CLAIMED' AND target = ''""")
                .param("target", request.target())
                .param("keys", request.objectKeys().toArray(String[]::new))
                .param("id", replay)
                .param("epoch", request.epoch())
                .update();
        Claim claim = jdbc.sql(CLAIM + "WHERE f.claim_id = :id")
                .param("id", replay)
                .query((row, number) -> claimed(row, number).claim())
                .optional()
                .orElseThrow(() -> BatchException.fenced("the replay " + replay + " is gone"));
        if (claim.status() == ClaimStatus.DEAD
                || claim.status() == ClaimStatus.CLAIMED && claim.epoch() != request.epoch()) {
            throw BatchException.fenced("another replica has the replay " + claim);
        }
        return claim;
    }

    /** @return the claim's target, empty when the claim is not CLAIMED under its epoch */
    Optional<String> commit(Claim claim, Committed result) {
        Counts counts = result.counts();
        return jdbc.sql("""
                        WITH done AS (
                            UPDATE pipeline_file
                            SET status = 'COMMITTED', committed_at = now(), objects = cast(:objects AS jsonb),
                                rows_in = :in, rows_out = :out, rows_filtered = :filtered, rows_dead = :dead,
                                rows_written = :written, rows_parked = :parked, bytes = :bytes,
                                bytes_in = CASE WHEN offsets IS NULL THEN :bytesIn ELSE 0 END
                            WHERE claim_id = :id AND epoch = :epoch AND status = 'CLAIMED'
                            RETURNING partition_id, target, offsets IS NOT NULL AS replayed, after_step IS NOT NULL AS resumed),
                        summed AS (
                            UPDATE pipeline_partition p
                            SET committed_at = now(), files = files + :files, bytes = bytes + :bytes,
                                bytes_in = bytes_in + CASE WHEN done.replayed THEN 0 ELSE :bytesIn END,
                                rows_in = rows_in + CASE WHEN done.replayed THEN 0 ELSE :in END,
                                rows_out = rows_out + :out, rows_filtered = rows_filtered + :filtered,
                                -- replayed messages were counted as dead when they came
                                rows_dead = rows_dead + :dead - CASE WHEN done.replayed AND NOT done.resumed THEN :in ELSE 0 END,
                                -- and those that have waited as parked
                                rows_parked = rows_parked + :parked - CASE WHEN done.resumed THEN :in ELSE 0 END,
                                rows_written = rows_written + :written
                            FROM done WHERE p.id = done.partition_id)
                        SELECT target FROM done""")
                .param("id", claim.id())
                .param("epoch", claim.epoch())
                .param("objects", Json.objects(result.objects()))
                .param("files", result.objects().size())
                .param("bytes", result.bytes())
                .param("bytesIn", result.bytesIn())
                .param("in", counts.in())
                .param("out", counts.out())
                .param("filtered", counts.filtered())
                .param("dead", counts.dead())
                .param("written", counts.written())
                .param("parked", counts.parked())
                .query(String.class)
                .optional();
    }

    List<FileEntry> files(String pipeline, FileQuery query) {
        return jdbc.sql("""
                        SELECT p.pipeline, p.topic, p.partition, p.generation, f.* FROM pipeline_partition p CROSS JOIN LATERAL (
                            SELECT * FROM pipeline_file f
                            WHERE f.partition_id = p.id
                              AND (cast(:offset AS bigint) IS NULL OR (f.first_offset <= :offset AND f.last_offset >= :offset
                                  AND (f.offsets IS NULL OR :offset = ANY(f.offsets))))
                              AND (cast(:cursor AS bigint) IS NULL OR f.seq < :cursor)
                            ORDER BY f.seq DESC LIMIT :limit) f
                        WHERE p.pipeline = :pipeline
                          AND (cast(:topic AS text) IS NULL OR p.topic = :topic)
                          AND (cast(:partition AS integer) IS NULL OR p.partition = :partition)
                        ORDER BY f.seq DESC LIMIT :limit""")
                .param("pipeline", pipeline)
                .param("topic", query.topic(), Types.VARCHAR)
                .param("partition", query.partition(), Types.INTEGER)
                .param("offset", query.offset(), Types.BIGINT)
                .param("cursor", query.cursor(), Types.BIGINT)
                .param("limit", query.limit())
                .query(LedgerRows::entry)
                .list();
    }

    Totals totals(String pipeline) {
        return jdbc.sql("""
                        SELECT coalesce(sum(files), 0) AS files, coalesce(sum(bytes), 0) AS bytes, coalesce(sum(bytes_in), 0) AS bytes_in,
                            coalesce(sum(rows_in), 0) AS rows_in, coalesce(sum(rows_out), 0) AS rows_out,
                            coalesce(sum(rows_filtered), 0) AS rows_filtered, coalesce(sum(rows_dead), 0) AS rows_dead,
                            coalesce(sum(rows_written), 0) AS rows_written,
                            coalesce(sum(rows_parked), 0) AS rows_parked, max(committed_at) AS committed_at
                        FROM pipeline_partition WHERE pipeline = :pipeline""").param("pipeline", pipeline).query(LedgerRows::sums).single();
    }

    Totals windowed(String pipeline, Instant since) {
        return jdbc.sql("""
                        SELECT coalesce(sum(cardinality(f.object_keys)), 0) AS files, coalesce(sum(f.bytes), 0) AS bytes,
                            coalesce(sum(f.bytes_in), 0) AS bytes_in,
                            coalesce(sum(f.rows_in), 0) AS rows_in, coalesce(sum(f.rows_out), 0) AS rows_out,
                            coalesce(sum(f.rows_filtered), 0) AS rows_filtered, coalesce(sum(f.rows_dead), 0) AS rows_dead,
                            coalesce(sum(f.rows_written), 0) AS rows_written,
                            coalesce(sum(f.rows_parked), 0) AS rows_parked, max(f.committed_at) AS committed_at
                        FROM pipeline_file f JOIN pipeline_partition p ON p.id = f.partition_id
                        WHERE p.pipeline = :pipeline AND f.status = 'COMMITTED' AND f.committed_at >= :since""")
                .param("pipeline", pipeline)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(LedgerRows::sums)
                .single();
    }

    List<PartitionPosition> positions(String pipeline) {
        return jdbc.sql("""
                        SELECT p.*, (SELECT count(*) FROM pipeline_file f
                                     WHERE f.partition_id = p.id AND f.status = 'CLAIMED' AND f.offsets IS NULL) AS unfinished
                        FROM pipeline_partition p WHERE p.pipeline = :pipeline AND p.current ORDER BY p.topic, p.partition""")
                .param("pipeline", pipeline)
                .query((row, number) -> new PartitionPosition(
                        new PartitionKey(row.getString("pipeline"), row.getString("topic"), row.getInt("partition")),
                        row.getLong("epoch"),
                        row.getString("owner"),
                        position((Long) row.getObject("next_offset")),
                        row.getInt("unfinished")))
                .list();
    }

    static OptionalLong position(@Nullable Long offset) {
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    private static Claimed claimed(ResultSet row, int number) throws SQLException {
        Claim claim = new Claim(
                row.getObject("claim_id", UUID.class),
                row.getString("pipeline"),
                range(row),
                row.getLong("epoch"),
                row.getInt("version"),
                instant(row, "batch_time"),
                ClaimStatus.valueOf(row.getString("status")),
                keys(row),
                row.getInt("generation"));
        return new Claimed(claim, row.getString("target"));
    }

    private static FileEntry entry(ResultSet row, int number) throws SQLException {
        Claimed claimed = claimed(row, number);
        Claim claim = claimed.claim();
        boolean committed = claim.status() == ClaimStatus.COMMITTED;
        return new FileEntry(
                row.getLong("seq"),
                claim.id(),
                claim.range(),
                claim.generation(),
                claim.version(),
                claim.status(),
                claim.batchTime(),
                claimed.target(),
                committed ? Json.objects(row.getString("objects")) : FileEntry.decided(claim.objectKeys()),
                committed ? counts(row) : Counts.NONE,
                instant(row, "claimed_at"),
                committed ? instant(row, "committed_at") : null,
                row.getString("detail"),
                row.getArray("offsets") != null);
    }

    private static Totals sums(ResultSet row, int number) throws SQLException {
        OffsetDateTime last = row.getObject("committed_at", OffsetDateTime.class);
        return new Totals(
                row.getLong("files"),
                counts(row),
                row.getLong("bytes"),
                row.getLong("bytes_in"),
                last == null ? null : last.toInstant());
    }

    static Counts counts(ResultSet row) throws SQLException {
        return new Counts(
                row.getLong("rows_in"),
                row.getLong("rows_out"),
                row.getLong("rows_filtered"),
                row.getLong("rows_dead"),
                row.getLong("rows_written"),
                row.getLong("rows_parked"));
    }

    private static OffsetRange range(ResultSet row) throws SQLException {
        return new OffsetRange(
                row.getString("topic"),
                row.getInt("partition"),
                row.getLong("first_offset"),
                row.getLong("last_offset"));
    }

    private static List<String> keys(ResultSet row) throws SQLException {
        return Arrays.asList((String[]) row.getArray("object_keys").getArray());
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
