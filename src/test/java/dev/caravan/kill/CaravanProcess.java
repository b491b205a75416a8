package dev.caravan.kill;

import dev.caravan.testing.ContractHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** A Caravan in a JVM of its own, and the signals to treat it badly. */
final class CaravanProcess implements AutoCloseable {
    /** What {@link Process#exitValue} says after SIGKILL, and what a killed child halts with. */
    static final int KILLED = 137;

    static final String ADMIN_KEY = "a-key-for-the-tests-that-nobody-else-uses";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final String name;
    private final Process process;
    private final int port;
    private final Path log;
    private final long started = System.nanoTime();

    CaravanProcess(String name, Process process, int port, Path log) {
        this.name = name;
        this.process = process;
        this.port = port;
        this.log = log;
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    int exitValue() {
        return process.exitValue();
    }

    long ageMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }

    /** Waits until it can serve; fails at once when it ends before. */
    CaravanProcess awaitReady(Duration atMost) {
        Awaitility.await(name + " is ready")
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(100))
                .failFast(this::mustBeAlive)
                .until(() -> get("/observe/health/ready") == 200);
        return this;
    }

    void mustBeAlive() {
        if (!process.isAlive()) {
            throw new AssertionError(name + " ended with " + exitValue() + ":\n" + lastLines(60));
        }
    }

    /** Status of the answer, or -1 when there is none. */
    int get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri(path))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks {@code POST /pipeline} and gives the whole answer, status first; empty when there is none. */
    String ask(String operation, String pipeline) {
        return post(
                "{\"operation\": \"" + operation + "\", \"parameters\": {\"pipeline\": \"" + pipeline + "\"}}",
                Duration.ofSeconds(10));
    }

    /** Sends a body to {@code /pipeline} and gives the whole answer, status first; empty when there is none. */
    String post(String body, Duration atMost) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri("/pipeline"))
                    .timeout(atMost)
                    .header("Authorization", "Bearer " + ADMIN_KEY)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer = ContractHttp.send(request);
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it says that the trigger of a pipeline is ready; false when there is no answer. */
    boolean triggerReady(String pipeline) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri("/api/v1/events/" + pipeline))
                    .timeout(Duration.ofSeconds(10))
                    .header("Authorization", "Bearer " + ADMIN_KEY)
                    .build();
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 && answer.body().replace(" ", "").equals("{\"ready\":true}");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** No clean-up, no farewell. */
    void sigkill() {
        process.destroyForcibly();
    }

    /** Asks it to end. */
    void sigterm() {
        process.destroy();
    }

    /** It stands still until {@link #sigcont}. */
    void sigstop() {
        signal("-STOP");
    }

    void sigcont() {
        signal("-CONT");
    }

    /** Whether it was stopped, by whomever, and not continued. */
    boolean standsStill() {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String signal) {
        try {
            int code = new ProcessBuilder("kill", signal, Long.toString(pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill " + signal + " " + pid() + " gave " + code);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the end, and gives the exit code. */
    int awaitExit(Duration atMost) {
        try {
            return onExit().get(atMost.toMillis(), TimeUnit.MILLISECONDS).exitValue();
        } catch (TimeoutException e) {
            throw new AssertionError(name + " did not end within " + atMost + ":\n" + lastLines(60), e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lines of its log with a text in them. */
    List<String> logged(String text) {
        return lines().stream().filter(line -> line.contains(text)).toList();
    }

    String lastLines(int most) {
        List<String> lines = lines();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
    }

    private List<String> lines() {
        try {
            return Files.exists(log)
                    ? Files.readString(log, StandardCharsets.UTF_8).lines().toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it for good, if it has not ended. */
    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroyForcibly();
            awaitExit(Duration.ofSeconds(60));
        }
    }

    @Override
    public String toString() {
        return name + " (pid " + pid() + ", log " + log + ")";
    }
}
