package dev.caravan.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.problem.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Pipelines in PostgreSQL. */
final class JdbcPipelineStore implements PipelineStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SELECT = """
            select p.id, p.project, v.version, v.document, p.provisioned, p.source, p.created_at,
                   v.created_at as updated_at
            from pipeline p join pipeline_version v on v.pipeline = p.id
            """;
    private static final String CURRENT = SELECT + " and v.version = p.version ";

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    JdbcPipelineStore(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    @Override
    public boolean insert(Pipeline pipeline) {
        return transact(() -> {
            int inserted = jdbc.sql("""
                            insert into pipeline (id, project, name, version, provisioned, source, created_at)
                            values (:id, :project, :name, :version, :provisioned, :source, :created)
                            on conflict (project, name) do nothing
                            """)
                    .param("id", pipeline.id())
                    .param("project", pipeline.project())
                    .param("name", pipeline.name())
                    .param("version", pipeline.version())
                    .param("provisioned", pipeline.provisioned())
                    .param("source", pipeline.source())
                    .param("created", pipeline.createdAt().atOffset(ZoneOffset.UTC))
                    .update();
            return inserted == 1 && insertVersion(pipeline);
        });
    }

    @Override
    public boolean addVersion(Pipeline next) {
        return transact(() -> {
            int updated = jdbc.sql("update pipeline set version = :next where id = :id and version = :next - 1")
                    .param("next", next.version())
                    .param("id", next.id())
                    .update();
            return updated == 1 && insertVersion(next);
        });
    }

    private boolean insertVersion(Pipeline pipeline) {
        return jdbc.sql("""
                        insert into pipeline_version (pipeline, version, document, created_at)
                        values (:id, :version, cast(:document as json), :created)
                        """)
                        .param("id", pipeline.id())
                        .param("version", pipeline.version())
                        .param("document", SpecJson.text(SpecJson.write(pipeline.spec())))
                        .param("created", pipeline.updatedAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    private boolean transact(BooleanSupplier work) {
        return Boolean.TRUE.equals(transactions.execute(status -> work.getAsBoolean()));
    }

    @Override
    public void setOrigin(String id, boolean provisioned, @Nullable String source) {
        jdbc.sql("update pipeline set provisioned = :provisioned, source = :source where id = :id")
                .param("provisioned", provisioned)
                .param("source", source)
                .param("id", id)
                .update();
    }

    @Override
    public Optional<Pipeline> find(String id) {
        return jdbc.sql(CURRENT + "where p.id = :id")
                .param("id", id)
                .query(JdbcPipelineStore::pipeline)
                .optional();
    }

    @Override
    public Optional<Pipeline> find(String project, String idOrName) {
        return jdbc.sql(CURRENT + "where p.project = :project and (p.id = :which or p.name = :which)")
                .param("project", project)
                .param("which", idOrName)
                .query(JdbcPipelineStore::pipeline)
                .optional();
    }

    @Override
    public List<Pipeline> list(String project, @Nullable String after, int limit) {
        return jdbc.sql(CURRENT + """
                        where p.project = :project and p.name collate "C" > :after
                        order by p.name collate "C" limit :limit
                        """)
                .param("project", project)
                .param("after", after == null ? "" : after)
                .param("limit", limit)
                .query(JdbcPipelineStore::pipeline)
                .list();
    }

    @Override
    public List<Pipeline> provisioned() {
        return jdbc.sql(CURRENT + "where p.provisioned order by p.project, p.name")
                .query(JdbcPipelineStore::pipeline)
                .list();
    }

    @Override
    public Pipeline version(String id, int version) {
        return jdbc.sql(SELECT + "where p.id = :id and v.version = :version")
                .param("id", id)
                .param("version", version)
                .query(JdbcPipelineStore::pipeline)
                .optional()
                .orElseThrow(() ->
                        new Problem(PipelineReason.VERSION_NOT_FOUND, "pipeline " + id + " has no version " + version));
    }

    @Override
    public List<Pipeline> versions(String id, int before, int limit) {
        return jdbc.sql(SELECT + "where p.id = :id and v.version < :before order by v.version desc limit :limit")
                .param("id", id)
                .param("before", before)
                .param("limit", limit)
                .query(JdbcPipelineStore::pipeline)
                .list();
    }

    @Override
    public void delete(String id) {
        jdbc.sql("delete from pipeline where id = :id").param("id", id).update();
    }

    @Override
    public Map<String, String> schema(String pipelineId, String scope) {
        return jdbc.sql("select columns from pipeline_schema where pipeline = :pipeline and scope = :scope")
                .param("pipeline", pipelineId)
                .param("scope", scope)
                .query((row, number) -> columns(row.getString("columns")))
                .optional()
                .orElse(Map.of());
    }

    @Override
    public Map<String, String> rememberSchema(String pipelineId, String scope, Map<String, String> schema) {
        jdbc.sql("""
                        insert into pipeline_schema (pipeline, scope, columns)
                        values (:pipeline, :scope, cast(:columns as json))
                        on conflict (pipeline, scope) do nothing
                        """)
                .param("pipeline", pipelineId)
                .param("scope", scope)
                .param("columns", SpecJson.text(JSON.valueToTree(schema)))
                .update();
        return schema(pipelineId, scope);
    }

    private static Pipeline pipeline(ResultSet row, int number) throws SQLException {
        return new Pipeline(
                row.getString("id"),
                row.getString("project"),
                row.getInt("version"),
                SpecJson.read(row.getString("document")),
                row.getBoolean("provisioned"),
                row.getString("source"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Map<String, String> columns(String json) {
        try {
            return SpecJson.columns(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored columns are not JSON", e);
        }
    }
}
