package dev.caravan.access;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/** Keys in PostgreSQL. */
@Repository
final class JdbcApiKeyStore implements ApiKeyStore {
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    JdbcApiKeyStore(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    @Override
    public boolean isEmpty() {
        return jdbc.sql("SELECT NOT EXISTS (SELECT FROM api_key)")
                .query(Boolean.class)
                .single();
    }

    @Override
    public Optional<ApiKey> find(KeyHash hash) {
        return jdbc.sql("SELECT * FROM api_key WHERE hash = :hash")
                .param("hash", hash.bytes())
                .query(JdbcApiKeyStore::key)
                .optional();
    }

    @Override
    public boolean addFirst(ApiKey key) {
        Boolean added = transaction.execute(status -> {
            jdbc.sql("LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE").update();
            boolean first = isEmpty();
            if (first) {
                put(key);
            }
            return first;
        });
        return Boolean.TRUE.equals(added);
    }

    @Override
    public void put(ApiKey key) {
        insert(key, """
                ON CONFLICT (id) DO UPDATE
                SET project = excluded.project, name = excluded.name, hash = excluded.hash,
                    scopes = excluded.scopes, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at,
                    replaced_by = NULL""");
    }

    private int insert(ApiKey key, String onConflict) {
        return jdbc.sql("""
                        INSERT INTO api_key (id, project, name, hash, scopes, expires_at, revoked_at)
                        VALUES (:id, :project, :name, :hash, cast(:scopes AS text[]), :expires, :revoked)
                        """ + onConflict)
                .param("id", key.id())
                .param("project", key.project())
                .param("name", key.name())
                .param("hash", key.hash().bytes())
                .param("scopes", key.scopes().stream().map(Scope::id).sorted().toArray(String[]::new))
                .param("expires", utc(key.expiresAt()))
                .param("revoked", utc(key.revokedAt()))
                .update();
    }

    @Override
    public int revokeOthers(String name, String exceptId) {
        return jdbc.sql("UPDATE api_key SET revoked_at = now() WHERE name = :name AND id <> :id AND revoked_at IS NULL")
                .param("name", name)
                .param("id", exceptId)
                .update();
    }

    @Override
    public boolean add(ApiKey key) {
        return insert(key, "ON CONFLICT (project, name) WHERE replaced_by IS NULL AND revoked_at IS NULL DO NOTHING")
                == 1;
    }

    @Override
    public boolean replace(String id, ApiKey successor, Instant worksUntil) {
        Boolean replaced = transaction.execute(status -> {
            int ended = jdbc.sql("""
                            UPDATE api_key SET replaced_by = :successor, expires_at = least(expires_at, :until)
                            WHERE id = :id AND replaced_by IS NULL AND revoked_at IS NULL""")
                    .param("successor", successor.id())
                    .param("until", utc(worksUntil))
                    .param("id", id)
                    .update();
            return ended == 1 && insert(successor, "") == 1;
        });
        return Boolean.TRUE.equals(replaced);
    }

    @Override
    public int revoke(String project, String name) {
        return jdbc.sql("""
                        UPDATE api_key SET revoked_at = now()
                        WHERE project = :project AND name = :name AND revoked_at IS NULL""").param("project", project).param("name", name).update();
    }

    @Override
    public List<ApiKeyEntry> list(String project) {
        return jdbc.sql("""
                        SELECT * FROM api_key
                        WHERE project = :project AND replaced_by IS NULL AND revoked_at IS NULL ORDER BY name""")
                .param("project", project)
                .query(JdbcApiKeyStore::entry)
                .list();
    }

    @Override
    public Optional<ApiKeyEntry> entry(String project, String name) {
        return jdbc.sql("""
                        SELECT * FROM api_key
                        WHERE project = :project AND name = :name AND replaced_by IS NULL AND revoked_at IS NULL""")
                .param("project", project)
                .param("name", name)
                .query(JdbcApiKeyStore::entry)
                .optional();
    }

    @Override
    public int count(String project) {
        return jdbc.sql("SELECT count(*) FROM api_key WHERE project = :project AND revoked_at IS NULL")
                .param("project", project)
                .query(Integer.class)
                .single();
    }

    @Override
    public void used(String id, Instant when) {
        jdbc.sql("UPDATE api_key SET last_used_at = greatest(last_used_at, :now) WHERE id = :id")
                .param("now", utc(when))
                .param("id", id)
                .update();
    }

    private static ApiKey key(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getString("id"),
                row.getString("project"),
                row.getString("name"),
                KeyHash.of(row.getBytes("hash")),
                scopes((String[]) row.getArray("scopes").getArray()),
                instant(row, "expires_at"),
                instant(row, "revoked_at"));
    }

    private static ApiKeyEntry entry(ResultSet row, int number) throws SQLException {
        return new ApiKeyEntry(
                row.getString("id"),
                row.getString("name"),
                scopes((String[]) row.getArray("scopes").getArray()),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "last_used_at"));
    }

    private static Set<Scope> scopes(String[] ids) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream(ids).flatMap(id -> Scope.find(id).stream()).forEach(scopes::add);
        return scopes;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
