package dev.caravan.connection;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers probes on the HTTP port while the real server cannot start yet: alive, not ready. Without it an orchestrator
 * would restart a process that only waits.
 */
final class WaitingPage implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WaitingPage.class);
    private static final String LIVE = "/observe/health/live";

    private final @Nullable InetAddress address;
    private final int port;
    private @Nullable HttpServer server;

    /**
     * @param address null: all
     * @param port 0: none, nobody could know it
     */
    WaitingPage(@Nullable InetAddress address, int port) {
        this.address = address;
        this.port = port;
    }

    void open() {
        if (server != null || port <= 0) {
            return;
        }
        try {
            server = HttpServer.create(new InetSocketAddress(address, port), 0);
            server.createContext("/", WaitingPage::answer);
            server.start();
        } catch (IOException e) {
            log.debug("No health answers on port {} while waiting", port, e);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        boolean live = exchange.getRequestURI().getPath().equals(LIVE);
        byte[] body =
                (live ? "{\"status\":\"UP\"}" : "{\"status\":\"OUT_OF_SERVICE\"}").getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(live ? 200 : 503, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }
}
