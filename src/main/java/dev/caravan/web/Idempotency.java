package dev.caravan.web;

import dev.caravan.background.Rounds;
import dev.caravan.problem.Problem;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/**
 * One effect for one key. A request is leased to the replica that runs it and the lease is renewed while it runs; an answer is
 * stored before the client has it. When a replica dies in between, nobody knows whether the effect came about: until the lease
 * ends, repetitions are told to wait; after it, the next one runs the request again. So a key has one effect unless a replica dies
 * (or is cut off from the database for longer than the lease) in the middle of a request, and then it is at least once.
 */
@Component
final class Idempotency implements InitializingBean, DisposableBean {
    /** Longer than a pause of the program that is worth mentioning. */
    static final Duration LEASE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);
    private static final Duration RENEWED_EVERY = Duration.ofSeconds(15);
    private static final Duration PURGED_EVERY = Duration.ofMinutes(30);

    private final IdempotencyStore store;
    private final Set<UUID> running = ConcurrentHashMap.newKeySet();
    private final Rounds rounds =
            Rounds.of("idempotency").every(RENEWED_EVERY, this::renew).every(PURGED_EVERY, this::purge);

    Idempotency(IdempotencyStore store) {
        this.store = store;
    }

    /** @return {@link IdempotencyStore.Begun} or {@link IdempotencyStore.Answered} */
    IdempotencyStore.Found begin(IdempotencyKey key) {
        IdempotencyStore.Found found = store.begin(key, LEASE);
        if (found instanceof IdempotencyStore.Begun begun) {
            running.add(begun.token());
        } else if (found instanceof IdempotencyStore.Running) {
            throw new Problem(
                    WebReason.STILL_RUNNING,
                    "The first request with this idempotency key still runs: ask again later.");
        } else if (found instanceof IdempotencyStore.OtherRequest) {
            throw new Problem(
                    WebReason.IDEMPOTENCY_KEY_REUSED,
                    "This idempotency key came with another path or body before: use a new key for a new request.");
        }
        return found;
    }

    /** Keeps the answer, unless it says that nothing was done and that trying again may help. */
    void finish(UUID token, IdempotencyStore.Kept answer) {
        running.remove(token);
        try {
            if (!isFinal(answer.status())) {
                store.abandon(token);
            } else if (!store.finish(token, answer)) {
                LOG.warn("A request ran for so long without the database that its idempotency key was given on");
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "An answer could not be kept; repetitions of the request wait {} s and then run it again: {}",
                    LEASE.toSeconds(),
                    e.getMessage());
        }
    }

    void abandon(UUID token) {
        running.remove(token);
        try {
            store.abandon(token);
        } catch (RuntimeException e) {
            LOG.warn("An idempotency key is held for {} s more: {}", LEASE.toSeconds(), e.getMessage());
        }
    }

    private static boolean isFinal(int status) {
        return switch (status) {
            case 401, 403, 408, 425, 429 -> false;
            default -> status < 500;
        };
    }

    void renew() {
        if (running.isEmpty()) {
            return;
        }
        try {
            store.renew(Set.copyOf(running), LEASE);
        } catch (RuntimeException e) {
            LOG.warn("The leases of running requests could not be renewed: {}", e.getMessage());
        }
    }

    private void purge() {
        try {
            store.purge();
        } catch (RuntimeException e) {
            LOG.warn("Old idempotency keys could not be deleted: {}", e.getMessage());
        }
    }

    @Override
    public void afterPropertiesSet() {
        rounds.start();
    }

    @Override
    public void destroy() {
        rounds.stop();
    }
}
