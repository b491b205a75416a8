package dev.caravan.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/** A collector of spans on 127.0.0.1: takes OTLP over HTTP, and anything else at {@code /hook}. */
public final class Collector implements AutoCloseable {
    private final HttpServer server;
    private final Queue<Span> spans = new ConcurrentLinkedQueue<>();
    private final Queue<Map<String, String>> hooks = new ConcurrentLinkedQueue<>();

    /**
     * As it came, ids in hex.
     *
     * @param links as {@code trace-span}
     * @param attributes their values as text
     */
    public record Span(
            String traceId,
            String spanId,
            String parent,
            String name,
            List<String> links,
            Map<String, String> attributes,
            boolean failed) {}

    public Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/v1/traces", this::spans);
        server.createContext("/hook", this::hook);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<Span> spans() {
        return List.copyOf(spans);
    }

    /** The headers of the requests to {@code /hook}, their names in any case. */
    public List<Map<String, String>> hooks() {
        return List.copyOf(hooks);
    }

    private void hook(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
        exchange.getRequestBody().readAllBytes();
        hooks.add(headers);
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private void spans(HttpExchange exchange) throws IOException {
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        byte[] body =
                (zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()).readAllBytes();
        fields(body, (resourceSpans, resource) -> {
            if (resourceSpans == 1) {
                fields(resource, (scopeSpans, scope) -> {
                    if (scopeSpans == 2) {
                        fields(scope, (span, bytes) -> {
                            if (span == 2) {
                                spans.add(span(bytes));
                            }
                        });
                    }
                });
            }
        });
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private static Span span(byte[] bytes) {
        Map<Integer, byte[]> one = new TreeMap<>();
        List<String> links = new ArrayList<>();
        Map<String, String> attributes = new TreeMap<>();
        fields(bytes, (field, value) -> {
            one.put(field, value);
            if (field == 9) {
                Map<Integer, byte[]> pair = new TreeMap<>();
                fields(value, pair::put);
                attributes.put(text(pair.get(1)), anyValue(pair.get(2)));
            } else if (field == 13) {
                Map<Integer, byte[]> link = new TreeMap<>();
                fields(value, link::put);
                links.add(hex(link.get(1)) + "-" + hex(link.get(2)));
            }
        });
        boolean[] failed = {false};
        if (one.containsKey(15)) {
            fields(one.get(15), (field, value) -> failed[0] |= field == 3 && number(value) == 2);
        }
        return new Span(
                hex(one.get(1)),
                hex(one.get(2)),
                hex(one.getOrDefault(4, new byte[0])),
                text(one.get(5)),
                links,
                attributes,
                failed[0]);
    }

    private static String anyValue(byte[] value) {
        String[] text = {""};
        fields(value, (field, bytes) -> text[0] = field == 1 ? text(bytes) : String.valueOf(number(bytes)));
        return text[0];
    }

    /** Each field of a protobuf message: bytes as they are, numbers as eight bytes. */
    private static void fields(byte[] message, BiConsumer<Integer, byte[]> each) {
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            byte[] value =
                    switch (tag & 7) {
                        case 0 -> ByteBuffer.allocate(8).putLong(varint(in)).array();
                        case 1 -> new byte[8];
                        case 2 -> new byte[(int) varint(in)];
                        case 5 -> new byte[4];
                        default -> throw new IllegalArgumentException("tag " + tag);
                    };
            if ((tag & 7) != 0) {
                in.get(value);
            }
            each.accept(tag >>> 3, value);
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
