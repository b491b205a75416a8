package dev.caravan.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands before an S3 server and spoils chosen requests; forwards all others byte for byte. One request a connection. */
public final class S3FaultProxy implements AutoCloseable {
    /** The requests that can be spoiled. */
    public enum Operation {
        PUT,
        CREATE,
        PART,
        COMPLETE,
        ABORT,
        HEAD,
        DELETE,
        OTHER;

        static Operation of(String method, String target) {
            boolean part = target.contains("uploadId=");
            return switch (method) {
                case "PUT" -> part ? PART : target.matches("/[^/?]+/[^?]+(\\?x-id=PutObject)?") ? PUT : OTHER;
                case "POST" -> part ? COMPLETE : target.matches(".*[?&]uploads.*") ? CREATE : OTHER;
                case "DELETE" -> part ? ABORT : DELETE;
                case "HEAD" -> HEAD;
                default -> OTHER;
            };
        }
    }

    /** What happens to a spoiled request. */
    public enum Fault {
        INTERNAL_ERROR,
        SLOW_DOWN,
        /** The server never sees it. */
        RESET_BEFORE,
        /** The server does it, its answer is lost. */
        RESET_AFTER,
        HANG_BEFORE,
        HANG_AFTER,
        /** 200 with an error as its body; the server never sees the request. */
        ERROR_IN_200,
        ACCESS_DENIED
    }

    private record Spoiled(Fault fault, int from, int times) {
        boolean hits(int number) {
            return number >= from && number - from < times;
        }
    }

    private record Request(String method, String target, byte[] head, byte[] body) {}

    private final URI server;
    private final ServerSocket listener;
    private final Map<Operation, Spoiled> spoiled = new EnumMap<>(Operation.class);
    private final Map<Operation, Integer> seen = new EnumMap<>(Operation.class);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public S3FaultProxy(URI server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** Spoils requests of one operation from the {@code from}-th on, 1-based, counted from now. */
    public synchronized void spoil(Operation operation, Fault fault, int from, int times) {
        seen.put(operation, 0);
        spoiled.put(operation, new Spoiled(fault, from, times));
    }

    /** Spoils nothing any more and counts from zero. */
    public synchronized void heal() {
        spoiled.clear();
        seen.clear();
    }

    /** How many requests of an operation came. */
    public synchronized int seen(Operation operation) {
        return seen.getOrDefault(operation, 0);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            Request request = read(client);
            if (request != null) {
                answer(client, request);
            }
        } catch (IOException e) {
            // the client has gone: nothing to answer
        } finally {
            open.remove(client);
        }
    }

    private synchronized Fault next(Operation operation) {
        int number = seen.merge(operation, 1, Integer::sum);
        Spoiled spoil = spoiled.get(operation);
        return spoil != null && spoil.hits(number) ? spoil.fault() : null;
    }

    private void answer(Socket client, Request request) throws IOException {
        Fault fault = next(Operation.of(request.method(), request.target()));
        if (fault == null) {
            client.getOutputStream().write(forward(request));
            return;
        }
        switch (fault) {
            case INTERNAL_ERROR -> error(client, "500 Internal Server Error", "InternalError");
            case SLOW_DOWN -> error(client, "503 Slow Down", "SlowDown");
            case ACCESS_DENIED -> error(client, "403 Forbidden", "AccessDenied");
            case ERROR_IN_200 -> error(client, "200 OK", "InternalError");
            case RESET_BEFORE -> reset(client);
            case RESET_AFTER -> {
                forward(request);
                reset(client);
            }
            case HANG_BEFORE -> hang(client);
            case HANG_AFTER -> {
                forward(request);
                hang(client);
            }
        }
    }

    private static void error(Socket client, String status, String code) throws IOException {
        byte[] body = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code
                        + "</Code><Message>spoiled</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nContent-Length: " + body.length
                + "\r\nConnection: close\r\n\r\n";
        OutputStream out = client.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
    }

    private static void reset(Socket client) throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    /** Until the client has had enough. */
    private static void hang(Socket client) throws IOException {
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private byte[] forward(Request request) throws IOException {
        try (Socket upstream = new Socket(server.getHost(), server.getPort())) {
            OutputStream out = upstream.getOutputStream();
            out.write(request.head());
            out.write(request.body());
            out.flush();
            return upstream.getInputStream().readAllBytes();
        }
    }

    private static Request read(Socket client) throws IOException {
        InputStream in = new BufferedInputStream(client.getInputStream());
        String head = head(in);
        if (head.isEmpty()) {
            return null;
        }
        String[] lines = head.split("\r\n");
        String[] first = lines[0].split(" ");
        List<String> kept = new ArrayList<>();
        int length = 0;
        for (String line : lines) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
            if (lower.startsWith("transfer-encoding:")) {
                throw new UncheckedIOException(new IOException("chunked requests are not understood"));
            }
            if (lower.startsWith("expect:")) {
                client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } else if (!lower.startsWith("connection:")) {
                kept.add(line);
            }
        }
        String forwarded = String.join("\r\n", kept) + "\r\nConnection: close\r\n\r\n";
        return new Request(first[0], first[1], forwarded.getBytes(StandardCharsets.ISO_8859_1), in.readNBytes(length));
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
            boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
            matched = expected ? matched + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "s3-fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
