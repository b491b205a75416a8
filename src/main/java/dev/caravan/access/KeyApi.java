package dev.caravan.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Fields;
import dev.caravan.web.RequestBody;
import dev.caravan.web.StrictJson;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.util.UriUtils;

/** {@code /v0/api_keys}, and {@code /v0/api-keys}, which is the same. */
@Component
final class KeyApi {
    private static final int NAME = 3;
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Set<Scope> READ = EnumSet.of(Scope.PIPELINES_READ, Scope.EVENTS_READ);
    private static final Set<Scope> WRITE = EnumSet.complementOf(EnumSet.of(Scope.KEYS_ADMIN));

    private final ApiKeys keys;

    KeyApi(ApiKeys keys) {
        this.keys = keys;
    }

    /** The only answer that has the key itself. */
    private record Made(String id, String name, String apiKey) {}

    /** @param role the role that comes closest, for clients that know only those */
    private record Shown(
            String id,
            String name,
            String role,
            List<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {
        static Shown of(ApiKeyEntry entry) {
            return new Shown(
                    entry.id(),
                    entry.name(),
                    entry.scopes().contains(Scope.PIPELINES_WRITE) ? "write" : "read",
                    entry.scopes().stream().sorted().map(Scope::id).toList(),
                    entry.createdAt(),
                    entry.expiresAt(),
                    entry.lastUsedAt());
        }
    }

    Answer answer(HttpServletRequest request) {
        Caller caller = Caller.of(request);
        caller.require(Scope.KEYS_ADMIN);
        try {
            return done(request, caller);
        } catch (DataAccessException | TransactionException e) {
            throw new Problem(AccessReason.UNAVAILABLE, "The database does not answer; try again.");
        }
    }

    private Answer done(HttpServletRequest request, Caller caller) {
        String[] path = request.getRequestURI().split("/", -1);
        boolean one = path.length > NAME;
        String name = one ? UriUtils.decode(path[NAME], StandardCharsets.UTF_8).replace('\0', '\uFFFD') : "";
        return switch (request.getMethod()) {
            case "POST" -> create(request, caller);
            case "DELETE" -> {
                keys.revoke(caller, name);
                yield Answer.empty(200);
            }
            default ->
                Answer.json(
                        200,
                        (one ? List.of(keys.get(caller, name)) : keys.list(caller))
                                .stream().map(Shown::of).toList());
        };
    }

    private Answer create(HttpServletRequest request, Caller caller) {
        Fields body = new Fields(StrictJson.object(RequestBody.of(request)), "");
        String name = body.requiredText("name");
        Set<Scope> scopes = scopes(body, caller);
        Instant expires = expires(body);
        body.check();
        NewKey made = keys.create(caller, name, scopes, expires);
        return Answer.json(201, new Made(made.id(), name, made.text())).with("Cache-Control", "no-store");
    }

    /** Those that are listed, or those of the role; without either those of a reader, as far as the caller has them. */
    private static Set<Scope> scopes(Fields body, Caller caller) {
        String role = body.text("role");
        JsonNode listed = body.any("scopes");
        if (role != null && !role.equals("read") && !role.equals("write")) {
            body.wrong("role", "has to be read or write");
        }
        if (listed != null) {
            if (role != null) {
                body.wrong("scopes", "cannot stand beside role");
            }
            return listed(body, listed);
        }
        if (role == null) {
            return READ.stream().filter(caller.scopes()::contains).collect(Collectors.toSet());
        }
        return role.equals("write") ? WRITE : READ;
    }

    private static Set<Scope> listed(Fields body, JsonNode listed) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        if (!listed.isArray()) {
            body.wrong("scopes", "has to be an array");
        }
        for (JsonNode item : listed) {
            Scope.find(item.asText())
                    .ifPresentOrElse(
                            scopes::add,
                            () -> body.wrong(
                                    "scopes",
                                    "has '" + item.asText() + "', and there is "
                                            + Scope.all().stream()
                                                    .map(Scope::id)
                                                    .collect(Collectors.joining(", "))));
        }
        return scopes;
    }

    private static @Nullable Instant expires(Fields body) {
        String text = body.text("expires_at");
        try {
            Instant expires = text == null ? null : OffsetDateTime.parse(text).toInstant();
            if (expires != null && expires.isAfter(LAST)) {
                body.wrong("expires_at", "is after the year 9999");
            }
            return expires;
        } catch (DateTimeException e) {
            body.wrong("expires_at", "has to be a time such as 2027-01-31T12:00:00Z");
            return null;
        }
    }
}
