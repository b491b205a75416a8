package dev.caravan.webhook;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** The HTTP client of the webhooks: follows nothing, remembers nothing, repeats nothing, and looks up no name itself. */
final class WebhookClient implements AutoCloseable {
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);
    private static final Duration LAST_RETURNS = Duration.ofSeconds(2);
    private static final TimeValue LAST_ROUND = TimeValue.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(5);

    private final PoolingAsyncClientConnectionManager connections;
    private final CloseableHttpAsyncClient http;

    private WebhookClient(PoolingAsyncClientConnectionManager connections, CloseableHttpAsyncClient http) {
        this.connections = connections;
        this.http = http;
    }

    static WebhookClient open(Duration connect, Duration answer, ClientTlsStrategyBuilder tls) {
        Timeout answerWithin = Timeout.of(answer);
        PoolingAsyncClientConnectionManager connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setDnsResolver(NO_LOOKUP)
                .setTlsStrategy(tls.setHostVerificationPolicy(HostnameVerificationPolicy.BOTH)
                        .setHostnameVerifier(HttpsSupport.getDefaultHostnameVerifier())
                        .buildAsync())
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnPerRoute(Dispatcher.AT_ONCE)
                .setMaxConnTotal(2 * Dispatcher.AT_ONCE)
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                        .setHandshakeTimeout(answerWithin)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(connect))
                        .setSocketTimeout(answerWithin)
                        .setTimeToLive(TimeValue.ofMinutes(5))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .build())
                .build();
        CloseableHttpAsyncClient http = HttpAsyncClients.custom()
                .setConnectionManager(connections)
                .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(2).build())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(answerWithin).build())
                .setUserAgent("Caravan-Webhooks/1")
                .evictIdleConnections(IDLE)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
        http.start();
        return new WebhookClient(connections, http);
    }

    Future<Integer> execute(
            HttpHost host,
            AsyncRequestProducer request,
            AsyncResponseConsumer<Integer> answer,
            FutureCallback<Integer> end) {
        return http.execute(host, request, answer, null, null, end);
    }

    /**
     * To be called when nothing is sent any more. Waits briefly for connections that are on their way back, and then for the
     * client's own threads: what is taken away from them while they use it is a fault in the client's eyes, which it logs.
     */
    @Override
    public void close() {
        long deadline = System.nanoTime() + LAST_RETURNS.toNanos();
        while (connections.getTotalStats().getLeased() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
        http.initiateShutdown();
        try {
            http.awaitShutdown(LAST_ROUND);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close(CloseMode.IMMEDIATE);
    }

    /** A second lookup could give another address than the one that was checked. */
    private static final DnsResolver NO_LOOKUP = new DnsResolver() {
        @Override
        public java.net.InetAddress[] resolve(String host) throws UnknownHostException {
            throw new UnknownHostException(host + " is not looked up here");
        }

        @Override
        public String resolveCanonicalHostname(String host) throws UnknownHostException {
            throw new UnknownHostException(host + " is not looked up here");
        }
    };
}
