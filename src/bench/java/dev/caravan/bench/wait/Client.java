package dev.caravan.bench.wait;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One client on one kept connection, with next to no cost of its own: it would be measured too. */
final class Client implements AutoCloseable {
    private final int port;
    private Socket socket;
    private InputStream in;
    private boolean close;
    private int length;

    Client(int port) throws IOException {
        this.port = port;
        connect();
    }

    private void connect() throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(120_000);
        in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    }

    /** Sends a signal to a key; anything but 200 fails the benchmark. */
    void send(String key) throws IOException {
        require("POST", "/v1/events/" + key + "/send", "{\"payload\":{\"by\":\"bench\"}}");
    }

    /** @return the body of a 200 or 201 */
    String require(String method, String path, String body) throws IOException {
        byte[] request = (method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                        + Subject.ADMIN_KEY + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
        socket.getOutputStream().write(request);
        String status = line();
        String answer = answer();
        if (!status.startsWith("HTTP/1.1 20")) {
            throw new IOException(method + " " + path + ": " + status + " " + answer);
        }
        if (close) {
            socket.close();
            connect();
        }
        return answer;
    }

    private String answer() throws IOException {
        headers();
        if (length >= 0) {
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }
        StringBuilder all = new StringBuilder();
        for (int size = size(); size > 0; size = size()) {
            all.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
            in.skipNBytes(2);
        }
        in.skipNBytes(2);
        return all.toString();
    }

    private int size() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private void headers() throws IOException {
        close = false;
        length = -1;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            close |= line.equalsIgnoreCase("connection: close");
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
