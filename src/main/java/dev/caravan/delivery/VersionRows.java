package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads and writes which version claims from which offset on; runs inside the ledger's transactions. */
final class VersionRows {
    private final JdbcClient jdbc;

    VersionRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Each partition goes over at its position. The order of the statements matters: a claim locks its partition
     * before it asks for the current version, so it is either here before its partition is locked, or sees the new one.
     */
    void switchTo(String pipeline, int version) {
        jdbc.sql("""
                        INSERT INTO pipeline_current AS c (pipeline, version) VALUES (:pipeline, :version)
                        ON CONFLICT (pipeline) DO UPDATE SET version = excluded.version, switched_at = now()
                        WHERE c.version <> excluded.version""").param("pipeline", pipeline).param("version", version).update();
        List<Long> held = jdbc.sql("""
                        SELECT id FROM pipeline_partition
                        WHERE pipeline = :pipeline AND current AND next_offset IS NOT NULL AND version <> :version
                        ORDER BY id FOR UPDATE""")
                .param("pipeline", pipeline)
                .param("version", version)
                .query(Long.class)
                .list();
        jdbc.sql("""
                        WITH moved AS (
                            UPDATE pipeline_partition SET version = :version WHERE id = ANY(:held)
                            RETURNING id, next_offset)
                        INSERT INTO pipeline_switch (partition_id, version, first_offset)
                        SELECT id, :version, next_offset FROM moved""")
                .param("held", held.toArray(Long[]::new))
                .param("version", version)
                .update();
    }

    /** Lets a claim pass whose version is the current one; asked while the partition is locked. */
    void require(ClaimRequest request) {
        int current = jdbc.sql("SELECT version FROM pipeline_current WHERE pipeline = :pipeline")
                .param("pipeline", request.pipeline())
                .query(Integer.class)
                .optional()
                .orElse(0);
        if (current != 0 && request.version() != current) {
            throw BatchException.superseded(request.range() + " is for version " + current + " of " + request.pipeline()
                    + ", not for version " + request.version());
        }
    }

    /** The first claim of a version in a partition that was not there when the pipeline was switched. */
    void started(long partitionId, int version, long offset) {
        jdbc.sql("UPDATE pipeline_partition SET version = :version WHERE id = :id")
                .param("version", version)
                .param("id", partitionId)
                .update();
        jdbc.sql("""
                        INSERT INTO pipeline_switch (partition_id, version, first_offset)
                        VALUES (:id, :version, :offset)""")
                .param("id", partitionId)
                .param("version", version)
                .param("offset", offset)
                .update();
    }

    List<VersionSwitch> switches(String pipeline, int first, int last) {
        return jdbc.sql("""
                        SELECT * FROM (
                            SELECT p.topic, p.partition, p.generation, s.*,
                                coalesce(lead(s.first_offset) OVER (PARTITION BY s.partition_id ORDER BY s.number),
                                    CASE WHEN NOT p.current THEN p.next_offset END) AS next_offset
                            FROM pipeline_switch s JOIN pipeline_partition p ON p.id = s.partition_id
                            WHERE p.pipeline = :pipeline) s
                        WHERE version BETWEEN :first AND :last
                        ORDER BY topic, partition, generation, number""")
                .param("pipeline", pipeline)
                .param("first", first)
                .param("last", last)
                .query((row, number) -> new VersionSwitch(
                        row.getString("topic"),
                        row.getInt("partition"),
                        row.getInt("generation"),
                        row.getInt("version"),
                        row.getLong("first_offset"),
                        (Long) row.getObject("next_offset"),
                        row.getObject("switched_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    void forget(String pipeline) {
        jdbc.sql("DELETE FROM pipeline_current WHERE pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }
}
