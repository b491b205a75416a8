package dev.caravan.lifecycle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The lifecycle's tables in PostgreSQL. */
final class JdbcLifecycleStore implements LifecycleStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Long>> OFFSETS = new TypeReference<>() {};

    private static final String SELECT = """
            select d.*, coalesce(d.version, p.version) as wanted
            from pipeline_desired d join pipeline p on p.id = d.pipeline
            """;

    /** Each partition can drop something; a few sentences tell a person enough. */
    private static final int LONGEST_MESSAGE = 4_000;

    private final JdbcClient jdbc;

    /** What each replica has reported and need not say again. */
    private final Map<String, Map<String, Local>> reported = new ConcurrentHashMap<>();

    JdbcLifecycleStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Optional<Desired> find(String pipeline) {
        return jdbc.sql(SELECT + "where d.pipeline = :pipeline")
                .param("pipeline", pipeline)
                .query(JdbcLifecycleStore::desired)
                .optional();
    }

    @Override
    public List<Desired> all() {
        return jdbc.sql(SELECT).query(JdbcLifecycleStore::desired).list();
    }

    @Override
    public void want(String pipeline, DesiredStatus status, @Nullable String reason, @Nullable String message) {
        jdbc.sql("""
                        insert into pipeline_desired as d (pipeline, status, reason, message, in_use)
                        values (:pipeline, :status, :reason, :message, :status <> 'STOPPED')
                        on conflict (pipeline) do update
                        set status = excluded.status, reason = excluded.reason, message = excluded.message, since = now(),
                            in_use = d.in_use or excluded.in_use, force = false
                        """)
                .param("pipeline", pipeline)
                .param("status", status.name())
                .param("reason", reason)
                .param("message", message)
                .update();
    }

    @Override
    public Optional<Integer> run(String pipeline, @Nullable Integer version) {
        return current(pipeline).map(current -> {
            jdbc.sql("""
                            insert into pipeline_desired as d (pipeline, status, version, subscription, in_use)
                            values (:pipeline, 'RUNNING', cast(:version as integer), 1, true)
                            on conflict (pipeline) do update
                            set status = excluded.status, version = excluded.version, subscription = d.subscription + 1,
                                reason = null, message = null, since = now(), in_use = true, force = false
                            """).param("pipeline", pipeline).param("version", version).update();
            return version == null ? current : version;
        });
    }

    @Override
    public Optional<Integer> unpin(String pipeline) {
        return current(pipeline).map(current -> {
            jdbc.sql("update pipeline_desired set version = null where pipeline = :pipeline")
                    .param("pipeline", pipeline)
                    .update();
            return current;
        });
    }

    /** The lock keeps the document from changing until the transaction ends. */
    private Optional<Integer> current(String pipeline) {
        return jdbc.sql("select version from pipeline where id = :pipeline for share")
                .param("pipeline", pipeline)
                .query(Integer.class)
                .optional();
    }

    @Override
    public void stop(String pipeline, boolean force) {
        jdbc.sql("""
                        update pipeline_desired
                        set status = 'STOPPED', reason = null, message = null, force = :force,
                            since = case when status = 'STOPPED' then since else now() end
                        where pipeline = :pipeline
                        """).param("pipeline", pipeline).param("force", force).update();
    }

    @Override
    public void cleared(String pipeline) {
        jdbc.sql("update pipeline_desired set in_use = false, accepted_dead = '{}' where pipeline = :pipeline")
                .param("pipeline", pipeline)
                .update();
    }

    @Override
    public void dismiss(String pipeline) {
        jdbc.sql("""
                        update pipeline_desired set reason = null, message = null
                        where pipeline = :pipeline and status = 'STOPPED' and reason is not null
                        """).param("pipeline", pipeline).update();
    }

    @Override
    public void hold(String pipeline) {
        var unused = current(pipeline);
    }

    @Override
    public void halt(String pipeline, Instant wish, String reason, String message) {
        jdbc.sql("""
                        update pipeline_desired
                        set status = 'PAUSED', reason = :reason, message = :message, since = now()
                        where pipeline = :pipeline and status = 'RUNNING' and since = :wish
                        """)
                .param("pipeline", pipeline)
                .param("wish", wish.atOffset(ZoneOffset.UTC))
                .param("reason", reason)
                .param("message", message)
                .update();
    }

    @Override
    public void dropped(String pipeline, String reason, String message) {
        jdbc.sql("""
                        update pipeline_desired
                        set reason = coalesce(reason, :reason), message = left(concat_ws(' ', message, :message), :longest)
                        where pipeline = :pipeline and status = 'STOPPED'
                        """)
                .param("pipeline", pipeline)
                .param("reason", reason)
                .param("message", message)
                .param("longest", LONGEST_MESSAGE)
                .update();
    }

    @Override
    public void acceptDead(String pipeline, Map<TopicPartition, Long> upTo) {
        Map<String, Long> offsets = new LinkedHashMap<>();
        upTo.forEach((at, offset) -> offsets.put(at.topic() + "/" + at.partition(), offset));
        jdbc.sql("update pipeline_desired set accepted_dead = cast(:offsets as jsonb) where pipeline = :pipeline")
                .param("offsets", write(offsets))
                .param("pipeline", pipeline)
                .update();
    }

    @Override
    public String fingerprint(int seconds) {
        return jdbc.sql("""
                        select (select coalesce(sum(hashtextextended(concat_ws('/', d.pipeline, d.xmin, p.xmin), 0)), 0)
                                from pipeline_desired d join pipeline p on p.id = d.pipeline)
                            || ' ' || (select coalesce(sum(hashtextextended(concat_ws('/', pipeline, replica, xmin), 0)), 0)
                                from pipeline_replica)
                            || ' ' || (select coalesce(string_agg(name, ' ' order by name), '') from replica
                                where seen_at > now() - make_interval(secs => :seconds))
                        """).param("seconds", seconds).query(String.class).single();
    }

    @Override
    public void report(String replica, Collection<Local> locals) {
        Map<String, Local> said = reported.getOrDefault(replica, Map.of());
        Map<String, Local> now = locals.stream().collect(Collectors.toMap(Local::pipeline, local -> local));
        // said again from scratch if this fails in the middle
        reported.remove(replica);
        jdbc.sql("""
                        insert into replica (name) values (:replica)
                        on conflict (name) do update set seen_at = now()
                        """).param("replica", replica).update();
        if (said.isEmpty()) {
            forgetTheDead();
        }
        if (said.isEmpty() || !now.keySet().containsAll(said.keySet())) {
            jdbc.sql("delete from pipeline_replica where replica = :replica and pipeline <> all(:pipelines)")
                    .param("replica", replica)
                    .param("pipelines", now.keySet().toArray(String[]::new))
                    .update();
        }
        now.values().stream()
                .filter(local -> !local.equals(said.get(local.pipeline())))
                .forEach(local -> write(replica, local));
        reported.put(replica, now);
    }

    private void forgetTheDead() {
        jdbc.sql("""
                        with dead as (delete from replica where seen_at < now() - interval '1 hour' returning name)
                        delete from pipeline_replica where replica in (select name from dead)
                        """).update();
    }

    private void write(String replica, Local local) {
        jdbc.sql("""
                            insert into pipeline_replica
                              (pipeline, replica, status, version, partitions, reason, message, next_try, attempt)
                            select :pipeline, :replica, :status, :version, :partitions, cast(:reason as text),
                                cast(:message as text), cast(:next_try as timestamptz), :attempt
                            where exists (select from pipeline_desired where pipeline = :pipeline)
                            on conflict (pipeline, replica) do update
                            set status = excluded.status, version = excluded.version, partitions = excluded.partitions,
                                reason = excluded.reason, message = excluded.message, next_try = excluded.next_try,
                                attempt = excluded.attempt, updated_at = now()
                            """)
                .param("pipeline", local.pipeline())
                .param("replica", replica)
                .param("status", local.status().name())
                .param("version", local.version())
                .param("partitions", local.partitions())
                .param("reason", local.reason())
                .param("message", local.message())
                .param("next_try", local.nextTry() == null ? null : Timestamp.from(local.nextTry()))
                .param("attempt", local.attempt())
                .update();
    }

    @Override
    public List<ReplicaState> replicas(String pipeline, int seconds) {
        return jdbc.sql("""
                        select p.*, r.seen_at from pipeline_replica p join replica r on r.name = p.replica
                        where p.pipeline = :pipeline and r.seen_at > now() - make_interval(secs => :seconds)
                        order by p.replica
                        """)
                .param("pipeline", pipeline)
                .param("seconds", seconds)
                .query(JdbcLifecycleStore::replica)
                .list();
    }

    @Override
    public Map<String, List<ReplicaState>> replicas(int seconds) {
        Map<String, List<ReplicaState>> replicas = new LinkedHashMap<>();
        jdbc.sql("""
                        select p.*, r.seen_at from pipeline_replica p join replica r on r.name = p.replica
                        where r.seen_at > now() - make_interval(secs => :seconds)
                        order by p.pipeline, p.replica
                        """)
                .param("seconds", seconds)
                .query((row, number) -> replicas.computeIfAbsent(row.getString("pipeline"), id -> new ArrayList<>())
                        .add(replica(row, number)))
                .list();
        return replicas;
    }

    @Override
    public Map<String, PipelineStatus> told() {
        Map<String, PipelineStatus> told = new LinkedHashMap<>();
        jdbc.sql("select pipeline, told from pipeline_desired").query(row -> {
            told.put(row.getString("pipeline"), PipelineStatus.valueOf(row.getString("told")));
        });
        return told;
    }

    @Override
    public Optional<PipelineStatus> lockTold(String pipeline) {
        // no key update: replicas that report meanwhile only share the key
        return jdbc.sql("select told from pipeline_desired where pipeline = :pipeline for no key update")
                .param("pipeline", pipeline)
                .query(String.class)
                .optional()
                .map(PipelineStatus::valueOf);
    }

    @Override
    public void setTold(String pipeline, PipelineStatus status) {
        jdbc.sql("update pipeline_desired set told = :status where pipeline = :pipeline")
                .param("status", status.name())
                .param("pipeline", pipeline)
                .update();
    }

    private static ReplicaState replica(ResultSet row, int number) throws SQLException {
        return new ReplicaState(
                row.getString("replica"),
                PipelineStatus.valueOf(row.getString("status")),
                row.getInt("version"),
                row.getInt("partitions"),
                row.getString("reason"),
                row.getString("message"),
                instant(row, "next_try"),
                row.getInt("attempt"),
                row.getTimestamp("seen_at").toInstant());
    }

    private static Desired desired(ResultSet row, int number) throws SQLException {
        Map<TopicPartition, Long> accepted = new LinkedHashMap<>();
        read(row.getString("accepted_dead")).forEach((name, offset) -> {
            int slash = name.lastIndexOf('/');
            accepted.put(
                    new TopicPartition(name.substring(0, slash), Integer.parseInt(name.substring(slash + 1))), offset);
        });
        return new Desired(
                row.getString("pipeline"),
                DesiredStatus.valueOf(row.getString("status")),
                new Desired.Run(row.getInt("wanted"), row.getObject("version") != null, row.getLong("subscription")),
                row.getString("reason"),
                row.getString("message"),
                row.getTimestamp("since").toInstant(),
                accepted,
                row.getBoolean("in_use"),
                row.getBoolean("force"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    private static Map<String, Long> read(String json) {
        try {
            return JSON.readValue(json, OFFSETS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("accepted_dead is not what was stored", e);
        }
    }

    private static String write(Map<String, Long> offsets) {
        try {
            return JSON.writeValueAsString(offsets);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
