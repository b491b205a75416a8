package dev.caravan.wait;

import dev.caravan.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Links with which somebody without a key can answer one wait, once. A link's token is its id with an HMAC-SHA256, so that
 * a made-up one costs no look into the database.
 */
@Repository
final class WaitLinks {
    /** What a link does. */
    enum Action {
        SEND,
        REJECT;

        String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** @param target number of the wait that it is for */
    record Link(
            UUID id, long target, Action action, String createdBy, Instant expiresAt, boolean expired, boolean used) {}

    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID_BYTES = 16;
    private static final int TOKEN_BYTES = ID_BYTES + 32;

    private final JdbcClient jdbc;
    private byte @Nullable [] secret;

    WaitLinks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Empty when the wait has ended.
     *
     * @param seq the wait that it is for
     */
    Optional<Link> create(long seq, Action action, int expiresSecs, String by) {
        return jdbc.sql("""
                        INSERT INTO wait_link (id, wait, action, created_by, expires_at)
                        SELECT gen_random_uuid(), seq, :action, :by, now() + make_interval(secs => :secs) FROM wait
                        WHERE seq = :wait AND status = 'waiting' AND wait.expires_at > clock_timestamp()
                        RETURNING *, false AS expired""")
                .param("wait", seq)
                .param("action", action.id())
                .param("by", by)
                .param("secs", expiresSecs)
                .query(WaitLinks::read)
                .optional();
    }

    /** What stands in the URL. */
    String token(Link link) {
        byte[] id = bytes(link.id());
        byte[] token = ByteBuffer.allocate(TOKEN_BYTES).put(id).put(sign(id)).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** @throws Problem when it is none of ours; the same when its wait is forgotten */
    Link find(String token) {
        return parse(token)
                .flatMap(id -> jdbc.sql("SELECT *, expires_at <= now() AS expired FROM wait_link WHERE id = :id")
                        .param("id", id)
                        .query(WaitLinks::read)
                        .optional())
                .orElseThrow(() -> new Problem(WaitReason.LINK_INVALID, "There is no such link."));
    }

    private Optional<UUID> parse(String token) {
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(token.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (all.length != TOKEN_BYTES) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(all);
        byte[] id = new byte[ID_BYTES];
        byte[] signature = new byte[TOKEN_BYTES - ID_BYTES];
        buffer.get(id).get(signature);
        if (!MessageDigest.isEqual(signature, sign(id))) {
            return Optional.empty();
        }
        ByteBuffer number = ByteBuffer.wrap(id);
        return Optional.of(new UUID(number.getLong(), number.getLong()));
    }

    private byte[] sign(byte[] id) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret(), ALGORITHM));
            return mac.doFinal(id);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized byte[] secret() {
        if (secret == null) {
            byte[] offered = new byte[32];
            new SecureRandom().nextBytes(offered);
            jdbc.sql("INSERT INTO wait_link_secret (secret) VALUES (:secret) ON CONFLICT DO NOTHING")
                    .param("secret", offered)
                    .update();
            secret = jdbc.sql("SELECT secret FROM wait_link_secret")
                    .query((row, number) -> Objects.requireNonNull(row.getBytes(1)))
                    .single();
        }
        return secret;
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(ID_BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static Link read(java.sql.ResultSet row, int number) throws java.sql.SQLException {
        return new Link(
                Objects.requireNonNull(row.getObject("id", UUID.class)),
                row.getLong("wait"),
                Action.valueOf(row.getString("action").toUpperCase(java.util.Locale.ROOT)),
                row.getString("created_by"),
                row.getTimestamp("expires_at").toInstant(),
                row.getBoolean("expired"),
                row.getTimestamp("used_at") != null);
    }
}
