package dev.caravan.delivery;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads and writes {@code dead_letter}; runs inside the ledger's transactions. */
final class DeadLetterRows {
    /** Letters hold whole messages, so they go to the database in portions that fit into a small heap. */
    private static final long PORTION_BYTES = 8 << 20;

    private static final int PORTION_ROWS = 1_000;

    private final JdbcTemplate template;

    DeadLetterRows(JdbcTemplate template) {
        this.template = template;
    }

    /** Replaces what an earlier attempt knew of the same messages. */
    void insert(Claim claim, Iterable<DeadLetter> letters) {
        List<DeadLetter> portion = new ArrayList<>();
        Map<String, Long> reasons = new TreeMap<>();
        long bytes = 0;
        for (DeadLetter letter : letters) {
            portion.add(letter);
            reasons.merge(Json.storable(letter.reason()), 1L, Long::sum);
            bytes += size(letter);
            if (bytes >= PORTION_BYTES || portion.size() >= PORTION_ROWS) {
                insertAll(claim, portion);
                portion.clear();
                bytes = 0;
            }
        }
        insertAll(claim, portion);
        count(claim, reasons);
    }

    /** What metrics show; the commit holds the lock on the partition. */
    private void count(Claim claim, Map<String, Long> reasons) {
        reasons.forEach((reason, letters) -> template.update("""
                INSERT INTO dead_letter_count AS c (partition_id, reason, letters)
                SELECT partition_id, ?, ? FROM pipeline_file WHERE claim_id = ?
                ON CONFLICT (partition_id, reason) DO UPDATE SET letters = c.letters + excluded.letters""", reason, letters, claim.id()));
    }

    /** The letters of a replay are done; those that have failed again are inserted afterwards. */
    void replayed(Claim claim) {
        template.update("UPDATE dead_letter SET replayed_at = now(), replay = NULL WHERE replay = ?", claim.id());
    }

    private void insertAll(Claim claim, List<DeadLetter> letters) {
        template.batchUpdate("""
                INSERT INTO dead_letter (pipeline, topic, partition, "offset", value, key, headers, timestamp, reason,
                    detail, step, version, generation)
                VALUES (?, ?, ?, ?, ?, ?, cast(? AS jsonb), ?, ?, ?, ?, ?, ?)
                ON CONFLICT (pipeline, topic, partition, generation, "offset") DO UPDATE
                SET value = excluded.value, key = excluded.key, headers = excluded.headers,
                    timestamp = excluded.timestamp, reason = excluded.reason, detail = excluded.detail,
                    step = excluded.step, version = excluded.version, created_at = now(), replay = NULL,
                    replayed_at = NULL, attempts = dead_letter.attempts + 1""", letters, PORTION_ROWS, (statement, letter) -> bind(statement, claim, letter));
    }

    private static void bind(PreparedStatement statement, Claim claim, DeadLetter letter) throws SQLException {
        statement.setString(1, claim.pipeline());
        statement.setString(2, claim.range().topic());
        statement.setInt(3, claim.range().partition());
        statement.setLong(4, letter.offset());
        statement.setBytes(5, letter.value());
        statement.setBytes(6, letter.key());
        statement.setString(7, Json.headers(letter.headers()));
        statement.setObject(8, letter.timestamp().atOffset(ZoneOffset.UTC));
        statement.setString(9, Json.storable(letter.reason()));
        statement.setString(10, Json.storable(letter.detail()));
        String step = letter.step();
        statement.setString(11, step == null ? null : Json.storable(step));
        statement.setInt(12, letter.version());
        statement.setInt(13, claim.generation());
    }

    void delete(String pipeline) {
        template.update("DELETE FROM dead_letter WHERE pipeline = ?", pipeline);
    }

    List<DeadLetterEntry> list(String pipeline, DeadLetterQuery query) {
        return JdbcClient.create(template)
                .sql("""
                        SELECT * FROM dead_letter
                        WHERE pipeline = :pipeline
                          AND (cast(:topic AS text) IS NULL OR topic = :topic)
                          AND (cast(:partition AS integer) IS NULL OR partition = :partition)
                          AND (cast(:reason AS text) IS NULL OR reason = :reason)
                          AND (replayed_at IS NOT NULL) = :replayed
                          AND (cast(:cursor AS bigint) IS NULL OR seq < :cursor)
                        ORDER BY seq DESC LIMIT :limit""")
                .param("pipeline", pipeline)
                .param("topic", query.topic(), Types.VARCHAR)
                .param("partition", query.partition(), Types.INTEGER)
                .param("reason", query.reason(), Types.VARCHAR)
                .param("replayed", query.replayed())
                .param("cursor", query.cursor(), Types.BIGINT)
                .param("limit", query.limit())
                .query(DeadLetterRows::entry)
                .list();
    }

    static DeadLetterEntry entry(ResultSet row, int number) throws SQLException {
        DeadLetter letter = new DeadLetter(
                row.getLong("offset"),
                row.getBytes("value"),
                row.getBytes("key"),
                Json.headers(row.getString("headers")),
                row.getObject("timestamp", OffsetDateTime.class).toInstant(),
                row.getString("reason"),
                row.getString("detail"),
                row.getString("step"),
                row.getInt("version"));
        OffsetDateTime replayed = row.getObject("replayed_at", OffsetDateTime.class);
        return new DeadLetterEntry(
                row.getLong("seq"),
                row.getString("topic"),
                row.getInt("partition"),
                row.getInt("generation"),
                letter,
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getInt("attempts"),
                replayed == null ? null : replayed.toInstant());
    }

    private static long size(DeadLetter letter) {
        byte[] value = letter.value();
        return value == null ? 0 : value.length;
    }
}
