package dev.caravan.webhook;

import com.zaxxer.hikari.HikariDataSource;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.testing.Servers;
import dev.caravan.trace.Spans;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Webhooks on a real PostgreSQL, without the rest of the program; as many dispatchers as wanted. */
final class WebhookScene implements AutoCloseable {
    static final String PROJECT = "default";

    /** Long enough for endpoints that answer, however busy the machine is. */
    private static final Duration PATIENT = Duration.ofSeconds(60);

    final JdbcClient jdbc;
    final TransactionTemplate transactions;
    final DeliveryQueue queue;
    final WebhookStore store;
    private final HikariDataSource pool = new HikariDataSource();
    private final List<Runner> runners = new ArrayList<>();
    private final Duration total;

    record Runner(Dispatcher dispatcher, Sender sender) {
        void stop() {
            dispatcher.stop();
            sender.close();
        }
    }

    WebhookScene() {
        this(PATIENT);
    }

    /** @param total how long an attempt may take */
    WebhookScene(Duration total) {
        this.total = total;
        DatabaseConnection database = Servers.newDatabase();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(6);
        Flyway.configure().dataSource(pool).load().migrate();
        jdbc = JdbcClient.create(pool);
        transactions = new TransactionTemplate(new DataSourceTransactionManager(pool));
        queue = new DeliveryQueue(jdbc, transactions);
        store = new WebhookStore(jdbc, transactions);
    }

    /** Starts to deliver, as a replica of its own. */
    Runner run() {
        Addresses addresses = new Addresses(InetAddress::getAllByName, true);
        Sender sender = new Sender(
                addresses,
                WebhookClient.open(total, total, ClientTlsStrategyBuilder.create()),
                total,
                Clock.systemUTC(),
                Spans.OFF);
        Runner runner = new Runner(new Dispatcher(queue, sender), sender);
        runner.dispatcher.start();
        runners.add(runner);
        return runner;
    }

    String subscribe(String url, WebhookEvent... events) {
        WebhookStore.New webhook =
                new WebhookStore.New(Servers.newName("wh"), PROJECT, url, Set.of(events), Secret.make(), null);
        return store.insert(webhook, 1_000).orElseThrow().id();
    }

    /** Some news, in a transaction of its own. */
    void tell(WebhookEvent event) {
        transactions.executeWithoutResult(status -> store(event));
    }

    void store(WebhookEvent event) {
        outbox().tell(event, "pl_1", "orders", PROJECT, Map.of("version", 1));
    }

    Outbox outbox() {
        return new Outbox(jdbc, () -> runners.forEach(runner -> runner.dispatcher.nudge()));
    }

    WebhookDelivery only(String webhook) {
        return deliveries(webhook).get(0);
    }

    List<WebhookDelivery> deliveries(String webhook) {
        return store.deliveries(webhook, null, null, 1_000);
    }

    long count(String status) {
        return jdbc.sql("SELECT count(*) FROM webhook_delivery WHERE status = :status")
                .param("status", status)
                .query(Long.class)
                .single();
    }

    /** Makes every attempt that is planned due now. */
    void passTime() {
        jdbc.sql("UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'PENDING'")
                .update();
    }

    @Override
    public void close() {
        runners.forEach(Runner::stop);
        pool.close();
    }
}
