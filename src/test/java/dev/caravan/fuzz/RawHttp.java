package dev.caravan.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** HTTP/1.1 byte by byte: a real client would not send most of what is sent here. */
final class RawHttp implements AutoCloseable {
    private final URI server;
    private final int timeoutMillis;
    private Socket socket;
    private InputStream in;

    RawHttp(URI server, int timeoutMillis) {
        this.server = server;
        this.timeoutMillis = timeoutMillis;
    }

    /** @param millis from the first byte of the request to the last one of the answer */
    record Answer(int status, String contentType, String body, long millis) {}

    /** @throws java.net.SocketTimeoutException when no answer comes in time */
    Answer send(FuzzRequest request) throws IOException {
        if (socket == null) {
            connect();
        }
        long sent = System.nanoTime();
        try {
            socket.getOutputStream().write(request.bytes());
        } catch (IOException refusedEarly) {
            // the answer may be there all the same
        }
        return answer(request.method().equals("HEAD"), sent);
    }

    private void connect() throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMillis);
        in = new BufferedInputStream(socket.getInputStream());
    }

    private Answer answer(boolean head, long sent) throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        String type = "";
        int length = -1;
        boolean close = false;
        boolean chunked = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(Locale.ROOT);
            String value = line.substring(line.indexOf(':') + 1).strip();
            if (lower.startsWith("content-type:")) {
                type = value;
            } else if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(value);
            } else if (lower.equals("connection: close")) {
                close = true;
            } else if (lower.equals("transfer-encoding: chunked")) {
                chunked = true;
            }
        }
        byte[] body;
        if (type.startsWith("text/event-stream")) {
            body = new byte[0]; // goes on for as long as there may be news
            close = true;
        } else if (head || status == 204 || status == 304) {
            body = new byte[0];
        } else if (chunked) {
            body = chunks();
        } else {
            body = length >= 0 ? in.readNBytes(length) : in.readAllBytes();
            close |= length < 0;
        }
        if (close) {
            close();
        }
        long millis = (System.nanoTime() - sent) / 1_000_000;
        return new Answer(status, type, new String(body, StandardCharsets.UTF_8), millis);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.write(in.readNBytes(size));
            in.skipNBytes(2);
        }
        in.skipNBytes(2);
        return body.toByteArray();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new java.io.EOFException("the connection was closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
