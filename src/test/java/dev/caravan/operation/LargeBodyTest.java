package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.access.TestKeys;
import dev.caravan.testing.ContractAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies far above their limit: whichever way a client sends them, it reads the answer and not a closed connection. */
class LargeBodyTest extends ApiSlice {
    private static final String INGEST = "/pipeline/a/ingest";
    private static final int MEBIBYTE = 1 << 20;
    private static final byte[] PIECE = new byte[64 << 10];

    /** No more of a body than this is dropped (256 MiB), with what the two systems' buffers hold. */
    private static final long NEVER_MORE = 300L * MEBIBYTE;

    private static final int PATIENCE_MILLIS = 60_000;

    @TempDir
    private Path directory;

    static Stream<Arguments> bodies() {
        List<Arguments> bodies = new ArrayList<>();
        for (boolean chunked : new boolean[] {false, true}) {
            for (int size : new int[] {2, 24, 64}) {
                bodies.add(Arguments.of("/pipeline", size, chunked));
            }
            for (int size : new int[] {11, 40, 200}) {
                bodies.add(Arguments.of(INGEST, size, chunked));
            }
        }
        return bodies.stream();
    }

    @ParameterizedTest(name = "{0} {1} MiB, chunked {2}")
    @MethodSource("bodies")
    void whoWritesEverythingBeforeItReadsIsToldSo(String path, int size, boolean chunked) throws Exception {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(path, TestKeys.ADMIN, chunked ? -1 : (long) size * MEBIBYTE));
            for (int sent = 0; sent < size * MEBIBYTE; sent += PIECE.length) {
                write(out, chunked);
            }
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            String answer = answer(socket.getInputStream());
            requireTooLarge(path, status(answer), answer.substring(answer.indexOf("\r\n\r\n") + 4));
        }
    }

    @ParameterizedTest(name = "{0} {1} MiB, chunked {2}")
    @MethodSource("bodies")
    void curlIsToldSo(String path, int size, boolean chunked) throws Exception {
        for (String expect : new String[] {"Expect: 100-continue", "Expect:"}) {
            Path answer = directory.resolve("answer");
            List<String> command = new ArrayList<>(List.of(
                    "curl",
                    "-sS",
                    "--max-time",
                    "60",
                    "-X",
                    "POST",
                    "-T",
                    file(size).toString()));
            command.addAll(List.of("-o", answer.toString(), "-w", "%{http_code}", "-H", expect));
            command.addAll(List.of("-H", "Authorization: Bearer " + TestKeys.ADMIN));
            command.addAll(List.of("-H", "Content-Type: application/json"));
            if (chunked) {
                command.addAll(List.of("-H", "Transfer-Encoding: chunked"));
            }
            command.add("http://127.0.0.1:" + port + path);
            Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(curl.waitFor()).as(said).isZero();
            requireTooLarge(path, Integer.parseInt(said), Files.readString(answer));
        }
    }

    @ParameterizedTest(name = "{0} {1} MiB, chunked {2}")
    @MethodSource("bodies")
    void clientsOfJavaAreToldSo(String path, int size, boolean chunked) throws Exception {
        Path file = file(size);
        HttpResponse<String> answer = send(authorized(path)
                .POST(chunked ? BodyPublishers.ofInputStream(() -> open(file)) : BodyPublishers.ofFile(file)));
        requireTooLarge(path, answer.statusCode(), answer.body());

        HttpURLConnection older = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        older.setRequestMethod("POST");
        older.setDoOutput(true);
        older.setReadTimeout(PATIENCE_MILLIS);
        older.setRequestProperty("Authorization", "Bearer " + TestKeys.ADMIN);
        older.setRequestProperty("Content-Type", "application/json");
        if (chunked) {
            older.setChunkedStreamingMode(PIECE.length);
        } else {
            older.setFixedLengthStreamingMode(Files.size(file));
        }
        Files.copy(file, older.getOutputStream());
        int status = older.getResponseCode();
        try (InputStream body = older.getErrorStream()) {
            requireTooLarge(path, status, new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aStrangerIsToldWhatIsWrongAfterALargeBodyToo() throws Exception {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(INGEST, "nobody", 64L * MEBIBYTE));
            for (int sent = 0; sent < 64 * MEBIBYTE; sent += PIECE.length) {
                write(out, false);
            }
            assertThat(status(answer(socket.getInputStream()))).isEqualTo(401);
        }
    }

    @Test
    void whatNeverEndsIsCutOff() throws Exception {
        long sent = 0;
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(INGEST, TestKeys.ADMIN, -1));
            while (sent < NEVER_MORE) {
                write(out, true);
                sent += PIECE.length;
            }
        } catch (IOException cutOff) {
            assertThat(sent).isLessThan(NEVER_MORE);
            return;
        }
        throw new AssertionError("more than " + sent + " bytes were read");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** @param length of the body; -1 for one in chunks */
    private static byte[] head(String path, String key, long length) {
        String body = length < 0 ? "Transfer-Encoding: chunked" : "Content-Length: " + length;
        return ("POST " + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                        + key + "\r\n" + body + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(OutputStream out, boolean chunked) throws IOException {
        if (chunked) {
            out.write((Integer.toHexString(PIECE.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.write(PIECE);
        if (chunked) {
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Head and body of an answer that says how long it is. */
    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next).as("after %s", head).isNotNegative();
            head.append((char) next);
        }
        int length = head.toString()
                .lines()
                .filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
                .findFirst()
                .orElseThrow();
        return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static void requireTooLarge(String path, int status, String body) throws Exception {
        assertThat(status).as(body).isEqualTo(413);
        JsonNode read = JSON.readTree(body);
        assertThat(read.get("success").booleanValue()).isFalse();
        assertThat(read.at("/error/code").asText()).isEqualTo("VALIDATION_ERROR");
        assertThat(read.at("/error/details/reason").asText()).isEqualTo("web.body_too_large");
        ContractAnswers.require("POST", path, status, "application/json", body);
    }

    private Path file(int size) throws IOException {
        Path file = directory.resolve(size + "-MiB");
        try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
            zeros.setLength((long) size * MEBIBYTE);
        }
        return file;
    }

    private static InputStream open(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
