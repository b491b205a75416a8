package dev.caravan.kill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What PostgreSQL says about the deliveries of one topic, read with plain SQL and none of the program's own code. */
final class LedgerRecords {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcClient jdbc;
    private final String topic;

    LedgerRecords(DataSource source, String topic) {
        this.jdbc = JdbcClient.create(source);
        this.topic = topic;
    }

    /** The sums that are kept for a partition. */
    record Partition(
            String pipeline,
            int partition,
            Long next,
            long files,
            long in,
            long out,
            long filtered,
            long dead,
            long written,
            long bytes) {}

    /** An object as the ledger has it recorded. */
    record Recorded(String key, long rows, long bytes, String sha256, String etag) {}

    /** One row of {@code pipeline_file}. */
    record File(
            String claim,
            String pipeline,
            int partition,
            long first,
            long last,
            int version,
            String status,
            List<String> keys,
            List<Recorded> objects,
            long in,
            long out,
            long filtered,
            long dead,
            long written,
            long bytes) {
        boolean committed() {
            return status.equals("COMMITTED");
        }

        @Override
        public String toString() {
            return status + " claim " + claim + " (partition " + partition + ", " + first + ".." + last + ")";
        }
    }

    /** One row of {@code dead_letter}. */
    record Letter(String pipeline, int partition, long offset, byte[] value, String reason) {}

    List<Partition> partitions() {
        return jdbc.sql("SELECT * FROM pipeline_partition WHERE topic = ? ORDER BY pipeline, partition")
                .param(topic)
                .query((row, number) -> new Partition(
                        row.getString("pipeline"),
                        row.getInt("partition"),
                        (Long) row.getObject("next_offset"),
                        row.getLong("files"),
                        row.getLong("rows_in"),
                        row.getLong("rows_out"),
                        row.getLong("rows_filtered"),
                        row.getLong("rows_dead"),
                        row.getLong("rows_written"),
                        row.getLong("bytes")))
                .list();
    }

    List<File> files() {
        return jdbc.sql("""
                        SELECT f.*, p.pipeline, p.partition FROM pipeline_file f
                        JOIN pipeline_partition p ON p.id = f.partition_id
                        WHERE p.topic = ? ORDER BY p.partition, f.first_offset""").param(topic).query(LedgerRecords::file).list();
    }

    void letters(int partition, Consumer<Letter> consumer) {
        jdbc.sql("SELECT * FROM dead_letter WHERE topic = ? AND partition = ? ORDER BY \"offset\"")
                .param(topic)
                .param(partition)
                .query((RowCallbackHandler) row -> consumer.accept(new Letter(
                        row.getString("pipeline"),
                        row.getInt("partition"),
                        row.getLong("offset"),
                        row.getBytes("value"),
                        row.getString("reason"))));
    }

    /** Messages that are decided and finished, over all partitions. */
    long committedMessages() {
        return jdbc.sql("SELECT coalesce(sum(rows_in), 0) FROM pipeline_partition WHERE topic = ?")
                .param(topic)
                .query(Long.class)
                .single();
    }

    long unfinishedClaims() {
        return jdbc.sql("""
                        SELECT count(*) FROM pipeline_file f JOIN pipeline_partition p ON p.id = f.partition_id
                        WHERE p.topic = ? AND f.status = 'CLAIMED'""").param(topic).query(Long.class).single();
    }

    private static File file(ResultSet row, int number) throws SQLException {
        return new File(
                row.getString("claim_id"),
                row.getString("pipeline"),
                row.getInt("partition"),
                row.getLong("first_offset"),
                row.getLong("last_offset"),
                row.getInt("version"),
                row.getString("status"),
                Arrays.asList((String[]) row.getArray("object_keys").getArray()),
                objects(row.getString("objects")),
                row.getLong("rows_in"),
                row.getLong("rows_out"),
                row.getLong("rows_filtered"),
                row.getLong("rows_dead"),
                row.getLong("rows_written"),
                row.getLong("bytes"));
    }

    private static List<Recorded> objects(String json) {
        try {
            return JSON.readValue(json, new TypeReference<List<Recorded>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
