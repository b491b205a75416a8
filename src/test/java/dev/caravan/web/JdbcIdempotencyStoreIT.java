package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.Servers;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The idempotency store in PostgreSQL, as two replicas that call by turns. */
class JdbcIdempotencyStoreIT extends IdempotencyStoreContract {
    private static IdempotencyStore one;
    private static IdempotencyStore other;
    private static JdbcClient jdbc;
    private final AtomicInteger calls = new AtomicInteger();

    @BeforeAll
    static void start() {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        jdbc = JdbcClient.create(source);
        one = new JdbcIdempotencyStore(jdbc);
        other = new JdbcIdempotencyStore(JdbcClient.create(source));
    }

    @Override
    IdempotencyStore store() {
        return calls.getAndIncrement() % 2 == 0 ? one : other;
    }

    @Override
    void age(IdempotencyKey key) {
        jdbc.sql("UPDATE idempotent_request SET expires_at = now() WHERE sender = :sender AND key = :key")
                .param("sender", key.sender().id())
                .param("key", key.text())
                .update();
    }

    @Test
    void thePurgeGoesOnUntilNothingOldIsLeft() {
        jdbc.sql("""
                        INSERT INTO idempotent_request (project, sender, key, fingerprint, token, leased_until, expires_at)
                        SELECT 'purged', 's', n::text, decode(repeat('00', 32), 'hex'), gen_random_uuid(), now(), now()
                        FROM generate_series(1, 5001) AS n""").update();

        assertThat(store().purge()).isEqualTo(5001);
    }
}
