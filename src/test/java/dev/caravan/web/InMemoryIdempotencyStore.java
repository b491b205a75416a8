package dev.caravan.web;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The idempotency store's fake; a lease that is not positive has ended, any other lasts for ever. */
final class InMemoryIdempotencyStore implements IdempotencyStore {
    private final Map<String, Row> rows = new HashMap<>();

    private static final class Row {
        final String fingerprint;
        final UUID token = UUID.randomUUID();
        boolean leased;
        boolean old;
        Kept answer;

        Row(String fingerprint, boolean leased) {
            this.fingerprint = fingerprint;
            this.leased = leased;
        }
    }

    @Override
    public synchronized Found begin(IdempotencyKey key, Duration lease) {
        Row row = rows.get(name(key));
        boolean lost = row != null && row.answer == null && !row.leased && row.fingerprint.equals(key.fingerprint());
        if (row == null || row.old || lost) {
            Row fresh = new Row(key.fingerprint(), isPositive(lease));
            rows.put(name(key), fresh);
            return new Begun(fresh.token);
        }
        if (!row.fingerprint.equals(key.fingerprint())) {
            return new OtherRequest();
        }
        return row.answer == null ? new Running() : new Answered(row.answer);
    }

    @Override
    public synchronized boolean finish(UUID token, Kept answer) {
        for (Row row : rows.values()) {
            if (row.token.equals(token) && row.answer == null) {
                row.answer = answer;
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void abandon(UUID token) {
        rows.values().removeIf(row -> row.token.equals(token) && row.answer == null);
    }

    @Override
    public synchronized void renew(Collection<UUID> running, Duration lease) {
        rows.values().stream()
                .filter(row -> running.contains(row.token))
                .forEach(row -> row.leased = isPositive(lease));
    }

    @Override
    public synchronized int purge() {
        int before = rows.size();
        rows.values().removeIf(row -> row.old);
        return before - rows.size();
    }

    synchronized void age(IdempotencyKey key) {
        rows.get(name(key)).old = true;
    }

    private static boolean isPositive(Duration lease) {
        return !lease.isNegative() && !lease.isZero();
    }

    private static String name(IdempotencyKey key) {
        return key.sender() + key.text();
    }
}
