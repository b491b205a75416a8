package dev.caravan.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server on 127.0.0.1 that keeps what it is sent; each path answers in its own way. */
final class Endpoint implements AutoCloseable {
    /** Answers never. */
    static final Answer SILENCE = received -> 0;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final Queue<Received> received = new ConcurrentLinkedQueue<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Queue<HttpExchange> open = new ConcurrentLinkedQueue<>();

    interface Answer {
        /** The status; 0 for no answer at all. */
        int to(Received received);
    }

    /** @param at {@link System#nanoTime} */
    record Received(String path, Map<String, List<String>> headers, String body, long at) {
        String id() {
            return header("webhook-id");
        }

        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().get(0))
                    .findFirst()
                    .orElse("");
        }
    }

    Endpoint() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 1_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The URL of a path that answers like this. */
    String url(String path, Answer answer) {
        answers.put(path, answer);
        return "http://127.0.0.1:" + port() + path;
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    List<Received> received(String path) {
        return received.stream().filter(one -> one.path.equals(path)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        long at = System.nanoTime();
        byte[] body = exchange.getRequestBody().readAllBytes();
        Received one = new Received(
                exchange.getRequestURI().getPath(),
                Map.copyOf(exchange.getRequestHeaders()),
                new String(body, "UTF-8"),
                at);
        received.add(one);
        int status = answers.getOrDefault(one.path, any -> 404).to(one);
        if (status == 0) {
            open.add(exchange);
            return;
        }
        if (status >= 300 && status < 400) {
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + port() + "/redirected");
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Override
    public void close() {
        open.forEach(HttpExchange::close);
        server.stop(0);
        threads.shutdownNow();
    }
}
