package dev.caravan.wait;

import com.zaxxer.hikari.HikariDataSource;
import dev.caravan.connection.DatabaseConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The package as one replica has it, with connections of its own. */
final class Instance implements AutoCloseable {
    final HikariDataSource pool = new HikariDataSource();
    final JdbcClient jdbc;
    final WaitEndings endings;
    final WaitQueries queries;
    final WaitCreation creation;
    final WaitStreams streams;
    final Waits waits;
    final Broadcasts broadcasts;
    final WaitClock clock;
    final WaitRetention retention;
    final MeterRegistry meters = new SimpleMeterRegistry();
    final WaitLinks links;

    Instance(DatabaseConnection database) {
        this(database, source -> source);
    }

    Instance(DatabaseConnection database, UnaryOperator<DataSource> around) {
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(16);
        pool.setMinimumIdle(1);
        WaitSettings settings =
                new WaitSettings(Duration.ofMillis(50), 100, Duration.ofDays(30), Duration.ofMinutes(1));
        jdbc = JdbcClient.create(around.apply(pool));
        endings = new WaitEndings(jdbc);
        queries = new WaitQueries(jdbc);
        creation = new WaitCreation(new JdbcTemplate(around.apply(pool)));
        streams = new WaitStreams(queries, settings);
        waits = new Waits(
                creation,
                new BulkParking(new JdbcTemplate(around.apply(pool))),
                endings,
                new SendingRows(jdbc),
                queries,
                streams);
        WaitPurges purges = new WaitPurges(jdbc);
        broadcasts = new Broadcasts(new WaitBroadcasts(jdbc), purges, streams);
        retention = new WaitRetention(purges, settings);
        clock = new WaitClock(endings, streams, retention, settings, meters);
        links = new WaitLinks(jdbc);
    }

    Wait register(String key) {
        return register(key, 3_600);
    }

    Wait register(String key, int secs) {
        return register("p", key, secs, null);
    }

    Wait register(String project, String key, int secs, @Nullable String defaultPayload) {
        return waits.register(new Registration(project, key, "job-1", secs, "{\"for\":1}", defaultPayload));
    }

    Waits.Sent send(String key, String payload) {
        return waits.send("p", key, payload, 0, "key-1");
    }

    /** Makes the wait of a key due, as if its time had passed. */
    void makeDue(String key) {
        jdbc.sql("UPDATE wait SET expires_at = now() - interval '1 second' WHERE event_key = :key")
                .param("key", key)
                .update();
    }

    long timedOut() {
        return (long) meters.counter("event.trigger.timed.out").count();
    }

    /** How late the latest time-out was. */
    long latenessMillis() {
        return (long) meters.timer("event.trigger.timeout.lateness").max(TimeUnit.MILLISECONDS);
    }

    long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    @Override
    public void close() {
        pool.close();
    }
}
