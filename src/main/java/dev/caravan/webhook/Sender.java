package dev.caravan.webhook;

import dev.caravan.trace.Span;
import dev.caravan.trace.SpanAttributes;
import dev.caravan.trace.Spans;
import dev.caravan.trace.TraceContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;

/**
 * Makes one attempt (Standard Webhooks 1.0). The name of the endpoint is looked up once, every address is checked, and
 * the connection goes to a checked address; the name is only in TLS and in the Host header. No thread waits for an answer.
 */
final class Sender implements AutoCloseable {
    private static final int OTHER_CONNECTIONS = 3;

    private final Addresses addresses;
    private final WebhookClient client;
    private final Duration timeout;
    private final Clock clock;
    private final Spans spans;
    private final Set<CompletableFuture<Integer>> underway = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param timeout for everything: lookup, connection, answer */
    Sender(Addresses addresses, WebhookClient client, Duration timeout, Clock clock, Spans spans) {
        this.addresses = addresses;
        this.client = client;
        this.timeout = timeout;
        this.clock = clock;
        this.spans = spans;
    }

    /** Never completes exceptionally. */
    CompletableFuture<Outcome> send(Message message) {
        StatusOnly answer = new StatusOnly();
        TargetUrl target;
        try {
            target = TargetUrl.parse(message.url(), addresses.allowPrivate());
        } catch (RefusedTarget e) {
            return CompletableFuture.completedFuture(outcome(e, answer));
        }
        Instant start = clock.instant();
        return addresses
                .of(target)
                .thenCompose(
                        found -> exchangeOnLiving(target, pick(found, message), message, answer, OTHER_CONNECTIONS))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .handle((code, failure) -> failure == null ? Outcome.answered(code) : outcome(failure, answer))
                .thenApply(outcome -> seen(target, message, start, outcome));
    }

    private Outcome seen(TargetUrl target, Message message, Instant start, Outcome outcome) {
        TraceContext trace = message.trace();
        if (spans.want(trace)) {
            Map<String, Object> attributes = new HashMap<>(Map.of(
                    SpanAttributes.HTTP_METHOD, "POST",
                    SpanAttributes.SERVER_ADDRESS, target.host(),
                    SpanAttributes.SERVER_PORT, target.port(),
                    SpanAttributes.WEBHOOK, message.webhook(),
                    SpanAttributes.WEBHOOK_EVENT, message.event(),
                    SpanAttributes.WEBHOOK_MESSAGE, message.id(),
                    SpanAttributes.WEBHOOK_ATTEMPT, message.attempt()));
            if (outcome.code() != null) {
                attributes.put(SpanAttributes.HTTP_STATUS, outcome.code());
            }
            spans.add(new Span(
                    "POST",
                    Span.Kind.CLIENT,
                    trace,
                    message.cause(),
                    List.of(),
                    attributes,
                    start,
                    clock.instant(),
                    outcome.delivered() ? null : String.valueOf(outcome.error())));
        }
        return outcome;
    }

    /** Another one at each attempt, if there are several. */
    private static InetAddress pick(List<InetAddress> found, Message message) {
        return found.get((message.attemptInRound() - 1) % found.size());
    }

    /**
     * A connection that was kept may have been closed by the other side a moment before it is used: that says nothing of
     * the endpoint, so the attempt goes on, a few times, on another one. Kept or new cannot be told apart: an endpoint that
     * closes each connection without an answer sees them all. What arrives twice has the same id.
     */
    private CompletableFuture<Integer> exchangeOnLiving(
            TargetUrl target, InetAddress address, Message message, StatusOnly answer, int otherConnections) {
        return exchange(target, address, message, answer)
                .exceptionallyCompose(
                        failure -> otherConnections > 0 && answer.code().isEmpty() && connectionEnded(failure)
                                ? exchangeOnLiving(target, address, message, answer, otherConnections - 1)
                                : CompletableFuture.failedFuture(failure));
    }

    private static boolean connectionEnded(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ConnectionClosedException
                || (cause instanceof SocketException
                        && !(cause instanceof ConnectException || cause instanceof NoRouteToHostException));
    }

    private CompletableFuture<Integer> exchange(
            TargetUrl target, InetAddress address, Message message, StatusOnly answer) {
        HttpHost host = new HttpHost(target.https() ? "https" : "http", address, target.host(), target.port());
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Future<Integer> exchange = client.execute(host, request(host, target, message), answer, new FutureCallback<>() {
            @Override
            public void completed(Integer code) {
                result.complete(code);
            }

            @Override
            public void failed(Exception cause) {
                result.completeExceptionally(cause);
            }

            @Override
            public void cancelled() {
                result.cancel(false);
            }
        });
        CompletableFuture<Integer> limited = result.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        underway.add(limited);
        limited.whenComplete((code, failure) -> {
            underway.remove(limited);
            if (failure != null) {
                exchange.cancel(true);
            }
        });
        if (closed) {
            limited.cancel(false);
        }
        return limited;
    }

    private AsyncRequestProducer request(HttpHost host, TargetUrl target, Message message) {
        byte[] body = message.body();
        long timestamp = clock.instant().getEpochSecond();
        return AsyncRequestBuilder.post()
                .setHttpHost(host)
                .setPath(target.path())
                .addHeader("webhook-id", message.id())
                .addHeader("webhook-timestamp", String.valueOf(timestamp))
                .addHeader(TraceContext.HEADER, message.trace().traceparent())
                .addHeader("webhook-signature", message.secret().signature(message.id(), timestamp, body))
                .setEntity(body, ContentType.APPLICATION_JSON)
                .build();
    }

    private Outcome outcome(Throwable failure, StatusOnly answer) {
        if (answer.code().isPresent()) {
            // the status is what counts, whatever became of the body
            return Outcome.answered(answer.code().getAsInt());
        }
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RefusedTarget refused) {
            return Outcome.failed("is not connected to: the url " + refused.reason());
        }
        if (cause instanceof UnknownHostException) {
            return Outcome.failed("the name of the host is not known");
        }
        if (cause instanceof ConnectTimeoutException) {
            return Outcome.failed("no connection in time");
        }
        if (cause instanceof TimeoutException || cause instanceof java.io.InterruptedIOException) {
            return Outcome.failed("no answer within " + timeout.toSeconds() + " s");
        }
        return Outcome.failed(
                cause instanceof IOException
                        ? "the connection failed: " + cause.getMessage()
                        : cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

    /** Cuts off what is under way. */
    @Override
    public void close() {
        closed = true;
        underway.forEach(attempt -> attempt.cancel(false));
        client.close();
        addresses.close();
    }
}
