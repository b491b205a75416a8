package dev.caravan.web;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The requests in PostgreSQL, which all replicas share; times are those of its clock. */
@Repository
final class JdbcIdempotencyStore implements IdempotencyStore {
    /** Rows that one purge deletes at a time, so that no transaction is long. */
    private static final int PURGED_AT_ONCE = 5_000;

    private final JdbcClient jdbc;

    JdbcIdempotencyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Found begin(IdempotencyKey key, Duration lease) {
        while (true) {
            UUID token = UUID.randomUUID();
            if (insert(key, token, lease)) {
                return new Begun(token);
            }
            Optional<Found> found = find(key);
            if (found.isPresent()) {
                return found.get();
            }
            // it was abandoned in between
        }
    }

    /** Takes a new key, an old one, or one whose owner did not come back; the database lets one do it. */
    private boolean insert(IdempotencyKey key, UUID token, Duration lease) {
        return jdbc.sql("""
                        INSERT INTO idempotent_request AS r
                            (project, sender, key, fingerprint, token, leased_until, expires_at)
                        VALUES (:project, :sender, :key, :fingerprint, :token,
                                now() + make_interval(secs => :lease), now() + make_interval(secs => :kept))
                        ON CONFLICT (project, sender, key) DO UPDATE
                        SET fingerprint = excluded.fingerprint, token = excluded.token,
                            leased_until = excluded.leased_until, expires_at = excluded.expires_at,
                            status = NULL, content_type = NULL, location = NULL, answer = NULL
                        WHERE r.expires_at <= now()
                           OR (r.status IS NULL AND r.leased_until <= now() AND r.fingerprint = excluded.fingerprint)""")
                        .param("project", key.sender().project())
                        .param("sender", key.sender().id())
                        .param("key", key.text())
                        .param("fingerprint", HexFormat.of().parseHex(key.fingerprint()))
                        .param("token", token)
                        .param("lease", lease.toMillis() / 1000.0)
                        .param("kept", KEPT.toSeconds())
                        .update()
                == 1;
    }

    private Optional<Found> find(IdempotencyKey key) {
        return jdbc.sql("""
                        SELECT fingerprint, status, content_type, location, answer FROM idempotent_request
                        WHERE project = :project AND sender = :sender AND key = :key""")
                .param("project", key.sender().project())
                .param("sender", key.sender().id())
                .param("key", key.text())
                .query((row, number) -> found(row, key))
                .optional();
    }

    private static Found found(ResultSet row, IdempotencyKey key) throws SQLException {
        if (!HexFormat.of().formatHex(row.getBytes("fingerprint")).equals(key.fingerprint())) {
            return new OtherRequest();
        }
        Integer status = row.getObject("status", Integer.class);
        return status == null
                ? new Running()
                : new Answered(new Kept(
                        status, row.getString("content_type"), row.getString("location"), row.getBytes("answer")));
    }

    @Override
    public boolean finish(UUID token, Kept answer) {
        return jdbc.sql("""
                        UPDATE idempotent_request
                        SET status = :status, content_type = :type, location = :location, answer = :answer,
                            expires_at = now() + make_interval(secs => :kept)
                        WHERE token = :token AND status IS NULL""")
                        .param("status", answer.status())
                        .param("type", answer.contentType())
                        .param("location", answer.location())
                        .param("answer", answer.body())
                        .param("kept", KEPT.toSeconds())
                        .param("token", token)
                        .update()
                == 1;
    }

    @Override
    public void abandon(UUID token) {
        jdbc.sql("DELETE FROM idempotent_request WHERE token = :token AND status IS NULL")
                .param("token", token)
                .update();
    }

    @Override
    public void renew(Collection<UUID> running, Duration lease) {
        jdbc.sql("""
                        UPDATE idempotent_request SET leased_until = now() + make_interval(secs => :lease)
                        WHERE token = ANY(:tokens) AND status IS NULL""")
                .param("lease", lease.toMillis() / 1000.0)
                .param("tokens", running.toArray(UUID[]::new))
                .update();
    }

    @Override
    public int purge() {
        int all = 0;
        int deleted;
        do {
            deleted = jdbc.sql("""
                            DELETE FROM idempotent_request WHERE ctid = ANY(ARRAY(
                                SELECT ctid FROM idempotent_request WHERE expires_at <= now() LIMIT :limit
                                FOR UPDATE SKIP LOCKED))""").param("limit", PURGED_AT_ONCE).update();
            all += deleted;
        } while (deleted == PURGED_AT_ONCE);
        return all;
    }
}
