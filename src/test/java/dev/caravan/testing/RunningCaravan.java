package dev.caravan.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.Caravan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** The whole program in the test's JVM, on free ports and a directory of its own, driven over HTTP. */
public final class RunningCaravan implements AutoCloseable {
    public static final String ADMIN_KEY = "test-admin-key-0123456789-0123456789";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** For what has to succeed; the operations' own default is half of it. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final Path data;
    private final String[] arguments;
    private final ConfigurableApplicationContext context;
    private final URI address;

    private RunningCaravan(Path data, String... arguments) {
        this.data = data;
        this.arguments = arguments;
        this.context = SpringApplication.run(Caravan.class, arguments);
        this.address = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
    }

    /** With the embedded servers, without the demo. */
    public static RunningCaravan embedded() throws IOException {
        return start(Map.of());
    }

    /** As a newcomer starts it: nothing is shared, PostgreSQL is unpacked into the directory too. */
    public static RunningCaravan firstStart() throws IOException {
        return start(Map.of(), List.of());
    }

    /** @param settings win over those that the tests start with */
    public static RunningCaravan start(Map<String, String> settings) throws IOException {
        return start(settings, List.of("--caravan.embedded.binaries=" + Servers.binaries()));
    }

    private static RunningCaravan start(Map<String, String> settings, List<String> shared) throws IOException {
        Path data = Files.createTempDirectory("caravan-test");
        Path routes = Files.createDirectories(data.resolve("routes"));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("caravan.data-dir", data.toString());
        all.put("caravan.routes.dir", routes.toString());
        all.put("server.port", "0");
        all.put("caravan.admin-key", ADMIN_KEY);
        all.put("caravan.demo", "false");
        all.put("caravan.rate-limit", "0");
        all.put("caravan.rate-limit-unauthenticated", "0");
        all.putAll(settings);
        List<String> arguments = new ArrayList<>(shared);
        all.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        return new RunningCaravan(data, arguments.toArray(String[]::new));
    }

    /** The same program once more on the same directory; this one is over. */
    public RunningCaravan restart() {
        context.close();
        return new RunningCaravan(data, arguments);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public Path data() {
        return data;
    }

    public URI address() {
        return address;
    }

    /** The {@code data} of a successful {@code POST /pipeline}; anything else fails the test with the answer. */
    public JsonNode operation(String operation, Map<String, Object> parameters) throws Exception {
        HttpResponse<String> answer = post(Map.of(
                "operation", operation, "parameters", parameters, "options", Map.of("timeout", PATIENCE_MILLIS)));
        JsonNode body = JSON.readTree(answer.body());
        if (answer.statusCode() != 200 || !body.path("success").asBoolean()) {
            throw new AssertionError(operation + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return body.path("data");
    }

    public HttpResponse<String> post(String operation, Map<String, Object> parameters) throws Exception {
        return post(Map.of("operation", operation, "parameters", parameters));
    }

    private HttpResponse<String> post(Map<String, Object> body) throws Exception {
        return send(request("/pipeline")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    /** A request with the admin key. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).header("Authorization", "Bearer " + ADMIN_KEY);
    }

    /** The answer, which is one that the contract has. */
    public HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return ContractHttp.send(request.build());
    }

    /** The rows of the Parquet files below {@code prefix} of the bucket {@code lake}; none while there is no file. */
    public List<List<Object>> rows(String prefix, String columns) throws SQLException {
        return new Lake(data.resolve("s3/lake")).rows(prefix, columns);
    }

    @Override
    public void close() throws IOException {
        context.close();
        FileSystemUtils.deleteRecursively(data);
    }
}
