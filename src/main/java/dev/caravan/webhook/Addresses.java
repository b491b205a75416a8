package dev.caravan.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks up the addresses of endpoints and lets none through that may not be connected to. A host is looked up by one
 * thread at a time, so that a name server that hangs holds up its own hosts only.
 */
final class Addresses implements AutoCloseable {
    private static final int THREADS = 32;
    private static final int WAITING = 10_000;
    private static final int IDLE_SECONDS = 10;

    private final Lookup lookup;
    private final boolean allowPrivate;
    private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> underway = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                Thread thread = new Thread(task, "webhook-lookup");
                thread.setDaemon(true);
                return thread;
            });

    /** The name service. */
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    Addresses(Lookup lookup, boolean allowPrivate) {
        this.lookup = lookup;
        this.allowPrivate = allowPrivate;
        threads.allowCoreThreadTimeOut(true);
    }

    boolean allowPrivate() {
        return allowPrivate;
    }

    /** All addresses of a host; fails with {@link RefusedTarget} when one of them, or the name, is not allowed. */
    CompletableFuture<List<InetAddress>> of(TargetUrl target) {
        if (target.isAddress()) {
            return CompletableFuture.completedFuture(target.host()).thenApply(this::find);
        }
        CompletableFuture<List<InetAddress>> fresh = new CompletableFuture<>();
        CompletableFuture<List<InetAddress>> known = underway.putIfAbsent(target.host(), fresh);
        if (known != null) {
            return known.copy();
        }
        fresh.whenComplete((addresses, failure) -> underway.remove(target.host(), fresh));
        try {
            threads.execute(() -> complete(fresh, target.host()));
        } catch (java.util.concurrent.RejectedExecutionException e) {
            fresh.completeExceptionally(new RefusedTarget("waits for too many other lookups"));
        }
        return fresh.copy();
    }

    private void complete(CompletableFuture<List<InetAddress>> result, String host) {
        try {
            result.complete(find(host));
        } catch (RuntimeException e) {
            result.completeExceptionally(e instanceof CompletionException ? e.getCause() : e);
        }
    }

    private List<InetAddress> find(String host) {
        List<InetAddress> found;
        try {
            found = List.of(lookup.all(host));
        } catch (UnknownHostException e) {
            throw new CompletionException(e);
        }
        for (InetAddress address : found) {
            Optional<String> refusal = host.indexOf(':') >= 0 && address.getAddress().length == 4 && !allowPrivate
                    ? Optional.of("an IPv4 address in the form of an IPv6 address")
                    : AddressRules.refusal(address, allowPrivate);
            if (refusal.isPresent()) {
                throw new RefusedTarget("leads to " + refusal.get());
            }
        }
        return found;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
