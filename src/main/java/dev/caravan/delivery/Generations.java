package dev.caravan.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * How often partitions were begun anew. A generation has a position, claims and sums of its own; objects of all but the
 * first have its number in their names. So what is read again is delivered again, exactly once in each generation, and
 * nothing of an earlier one is touched.
 */
@Repository
public class Generations {
    private static final String CURRENT = """
            SELECT p.*, (SELECT count(*) FROM pipeline_file f
                         WHERE f.partition_id = p.id AND f.status = 'CLAIMED' AND f.offsets IS NULL) AS unfinished
            FROM pipeline_partition p WHERE p.pipeline = :pipeline AND p.topic = :topic AND p.current ORDER BY p.partition
            """;

    private final JdbcClient jdbc;

    Generations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Of the partitions that have been read, or reset. */
    public List<Generation> current(String pipeline, String topic) {
        return jdbc.sql(CURRENT)
                .param("pipeline", pipeline)
                .param("topic", topic)
                .query(Generations::read)
                .list();
    }

    /** The same, locked until the transaction ends: nobody owns them or claims anything of them meanwhile. */
    public List<Generation> lock(String pipeline, String topic) {
        jdbc.sql("""
                        SELECT id FROM pipeline_partition WHERE pipeline = :pipeline AND topic = :topic AND current
                        ORDER BY id FOR UPDATE""")
                .param("pipeline", pipeline)
                .param("topic", topic)
                .query(Long.class)
                .list();
        return current(pipeline, topic);
    }

    /** Begins the next generation of a partition; whoever owns the one before can claim nothing more. */
    public void begin(PartitionKey key, long offset, String to, String actor) {
        int before = jdbc.sql("""
                        UPDATE pipeline_partition SET current = false
                        WHERE pipeline = :pipeline AND topic = :topic AND partition = :partition AND current
                        RETURNING generation""")
                .param("pipeline", key.pipeline())
                .param("topic", key.topic())
                .param("partition", key.partition())
                .query(Integer.class)
                .optional()
                .orElse(0);
        jdbc.sql("""
                        INSERT INTO pipeline_partition (pipeline, topic, partition, generation, epoch, owner, next_offset,
                            reset_by, reset_to, reset_at, reset_offset)
                        VALUES (:pipeline, :topic, :partition, :generation, nextval('ownership_epoch'), :actor, :offset,
                            :actor, :to, now(), :offset)""")
                .param("pipeline", key.pipeline())
                .param("topic", key.topic())
                .param("partition", key.partition())
                .param("generation", before + 1)
                .param("offset", offset)
                .param("actor", actor)
                .param("to", to)
                .update();
    }

    /**
     * Forgets what there is of a pipeline and begins the next generation of all its partitions, without a position: objects
     * stay, and those that are written from now on have other names.
     *
     * @param forget deletes everything
     */
    public void beginAll(String pipeline, Runnable forget) {
        record Newest(String topic, int partition, int generation) {}
        List<Newest> all = jdbc.sql("""
                        SELECT topic, partition, max(generation) AS generation FROM pipeline_partition
                        WHERE pipeline = :pipeline GROUP BY topic, partition""")
                .param("pipeline", pipeline)
                .query((row, number) ->
                        new Newest(row.getString("topic"), row.getInt("partition"), row.getInt("generation")))
                .list();
        forget.run();
        all.forEach(newest -> jdbc.sql("""
                        INSERT INTO pipeline_partition (pipeline, topic, partition, generation, epoch, owner)
                        VALUES (:pipeline, :topic, :partition, :generation, nextval('ownership_epoch'), 'nobody')""")
                .param("pipeline", pipeline)
                .param("topic", newest.topic())
                .param("partition", newest.partition())
                .param("generation", newest.generation() + 1)
                .update());
    }

    private static Generation read(ResultSet row, int number) throws SQLException {
        return new Generation(
                row.getInt("partition"),
                row.getInt("generation"),
                LedgerRows.position((Long) row.getObject("next_offset")),
                LedgerRows.counts(row),
                row.getInt("unfinished"),
                reset(row));
    }

    private static @Nullable Reset reset(ResultSet row) throws SQLException {
        String actor = row.getString("reset_by");
        return actor == null
                ? null
                : new Reset(
                        actor,
                        row.getString("reset_to"),
                        row.getLong("reset_offset"),
                        row.getObject("reset_at", OffsetDateTime.class).toInstant());
    }
}
