package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.caravan.trace.Spans;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection to an address that was checked is still TLS with the endpoint's name. */
class SenderTlsTest {
    private static final String NAME = "hooks.test";
    private static final char[] PASSWORD = "for-this-test".toCharArray();
    private static final Duration TOTAL = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void theNameIsInTheHandshakeAndTheCertificateHasToBeForIt() throws Exception {
        KeyStore keys = certificate();
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        HttpsServer server = server(keys, asked);
        Addresses addresses = new Addresses(host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")}, true);
        ClientTlsStrategyBuilder tls = ClientTlsStrategyBuilder.create().setSslContext(trusting(keys));
        try (Sender sender =
                new Sender(addresses, WebhookClient.open(TOTAL, TOTAL, tls), TOTAL, Clock.systemUTC(), Spans.OFF)) {
            int port = server.getAddress().getPort();

            Outcome good =
                    sender.send(message("https://" + NAME + ":" + port + "/")).join();
            Outcome other =
                    sender.send(message("https://other.test:" + port + "/")).join();

            assertThat(good).isEqualTo(new Outcome(204, null));
            assertThat(other.delivered()).as(asked + " " + other).isFalse();
            assertThat(other.error()).contains("other.test");
            assertThat(asked).containsExactly(NAME);
        } finally {
            server.stop(0);
        }
    }

    private static Message message(String url) {
        return new Message("msg_1", "wh_1", url, Secret.make(), "pipeline.created", Instant.EPOCH, "{}", 1, 0, null);
    }

    private KeyStore certificate() throws Exception {
        Path file = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "endpoint",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + NAME,
                        "-ext",
                        "SAN=dns:" + NAME,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static HttpsServer server(KeyStore keys, List<String> asked) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            ExtendedSSLSession session = (ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession();
            session.getRequestedServerNames()
                    .forEach(name ->
                            asked.add(new String(name.getEncoded(), java.nio.charset.StandardCharsets.US_ASCII)));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static SSLContext trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("endpoint", keys.getCertificate("endpoint"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
