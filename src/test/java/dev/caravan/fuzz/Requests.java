package dev.caravan.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.testing.ContractAnswers;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes requests from the contract: most valid or nearly so, some broken in their method, path, headers or bytes. */
final class Requests {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] NOTHING = new byte[0];
    private static final String DOCUMENT = """
            {"name": "fuzz-%s", "schema": {"id": "BIGINT", "v": "VARCHAR"}, "steps": [
              {"name": "pick", "kamelet": "sql-transform-action", "properties": {"query": "SELECT id, v FROM events"}},
              {"name": "lake", "kamelet": "s3-sink", "properties": {"bucket": "lake", "prefix": "fuzz"}}]}""";
    private static final List<String> METHODS =
            List.of("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "post", "POST", "POST");
    private static final List<String> TYPES = List.of(
            "text/plain",
            "application/xml",
            "application/json;charset=utf-16",
            "multipart/form-data",
            "a",
            "",
            "application/x-www-form-urlencoded",
            "*/*",
            "application/x-ndjson",
            "application/json");

    /** An operation of the contract at its path. */
    private record Endpoint(String path, String method, JsonNode operation, JsonNode parameters) {}

    private final Random random;
    private final SchemaValues values;
    private final Mutation mutation;
    private final Scene scene;
    private final List<Endpoint> endpoints = new ArrayList<>();

    Requests(Random random, Scene scene) {
        this.random = random;
        this.scene = scene;
        values = new SchemaValues(random);
        mutation = new Mutation(random, values);
        ContractAnswers.document().path("paths").fields().forEachRemaining(path -> path.getValue()
                .fields()
                .forEachRemaining(operation -> {
                    if (operation.getValue().has("operationId")) {
                        endpoints.add(new Endpoint(
                                path.getKey(),
                                operation.getKey().toUpperCase(java.util.Locale.ROOT),
                                operation.getValue(),
                                parameters(path.getValue(), operation.getValue())));
                    }
                }));
    }

    private static JsonNode parameters(JsonNode path, JsonNode operation) {
        ArrayNode all = JSON.createArrayNode();
        path.path("parameters").forEach(all::add);
        operation.path("parameters").forEach(all::add);
        return all;
    }

    FuzzRequest next() {
        boolean main = random.nextInt(3) > 0;
        Endpoint endpoint = main
                ? endpoints.stream()
                        .filter(one -> one.path.equals(Moves.PATH))
                        .findFirst()
                        .orElseThrow()
                : endpoints.get(random.nextInt(endpoints.size()));
        Map<String, String> headers = headers(endpoint);
        String target = target(endpoint);
        byte[] body = body(endpoint, headers);
        String method = endpoint.method;
        switch (random.nextInt(25)) {
            case 0 -> method = METHODS.get(random.nextInt(METHODS.size()));
            case 1 -> target = strangeTarget(target);
            case 2 -> headers.put("Content-Type", TYPES.get(random.nextInt(TYPES.size())));
            case 3 -> headers.put("Accept", TYPES.get(random.nextInt(TYPES.size())));
            case 4 -> headers.put("Content-Encoding", random.nextBoolean() ? "gzip" : "br");
            case 5 -> {
                headers.put("Content-Encoding", "gzip");
                body = Mutation.zipped(body);
            }
            case 6 -> headers.put("Authorization", random.nextBoolean() ? "Bearer nope" : strangeHeader());
            case 7 -> headers.remove("Authorization");
            case 8 -> headers.put("X-" + random.nextInt(9), strangeHeader());
            default -> {}
        }
        return new FuzzRequest(method, target, headers, body);
    }

    private Map<String, String> headers(Endpoint endpoint) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "Bearer " + RunningCaravan.ADMIN_KEY);
        for (JsonNode given : endpoint.parameters) {
            JsonNode parameter = SchemaValues.resolved(given);
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("header")
                    && random.nextInt(12) == 0
                    && !name.equals("Content-Encoding")) {
                boolean strange = random.nextInt(3) == 0;
                headers.put(
                        name,
                        strange
                                ? strangeHeader()
                                : values.of(parameter.path("schema")).asText());
            }
        }
        headers.replaceAll((name, value) -> value.replaceAll("[\r\n\u0000]", ""));
        return headers;
    }

    private String target(Endpoint endpoint) {
        String path = endpoint.path;
        StringBuilder query = new StringBuilder();
        for (JsonNode given : endpoint.parameters) {
            JsonNode parameter = SchemaValues.resolved(given);
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("path")) {
                String value = name.equals("pipeline")
                        ? scene.pipelineFor(does(endpoint), random)
                        : values.of(parameter.path("schema")).asText();
                path = path.replace("{" + name + "}", encoded(value.isBlank() ? "x" : value));
            } else if (parameter.path("in").asText().equals("query") && random.nextInt(3) == 0) {
                JsonNode value = random.nextInt(4) == 0 ? values.anything(9) : values.of(parameter.path("schema"));
                query.append(query.isEmpty() ? "?" : "&")
                        .append(name)
                        .append('=')
                        .append(encoded(value.asText()));
            }
        }
        return path + query;
    }

    /** What a path does to the pipeline that it names; what might end it is not for the shared ones. */
    private static String does(Endpoint endpoint) {
        boolean ingest = endpoint.path.endsWith("/ingest");
        return ingest ? "ingest" : endpoint.method.equals("GET") ? "list" : "delete";
    }

    private String strangeTarget(String target) {
        return switch (random.nextInt(8)) {
            case 0 -> target + "/";
            case 1 -> target + "/x";
            case 2 -> "/" + encoded(SchemaValues.STRANGE.get(random.nextInt(SchemaValues.STRANGE.size())));
            case 3 -> target + "?" + encoded(strangeHeader()) + "=%zz";
            case 4 -> target.replace("/", "//");
            case 5 -> target + ";a=b";
            case 6 -> "/v0/" + random.nextInt(9);
            default -> "/api/v1/pipelines/" + random.nextInt(9) + "/..%2f";
        };
    }

    private String strangeHeader() {
        String strange = SchemaValues.STRANGE.get(random.nextInt(SchemaValues.STRANGE.size()));
        return strange.replaceAll("[\r\n\u0000]", "");
    }

    private byte[] body(Endpoint endpoint, Map<String, String> headers) {
        JsonNode content = endpoint.operation.at("/requestBody/content");
        if (content.isMissingNode()) {
            return NOTHING;
        }
        List<String> types = new ArrayList<>();
        content.fieldNames().forEachRemaining(types::add);
        String type = types.get(random.nextInt(types.size()));
        headers.put("Content-Type", type);
        byte[] body = type.equals("application/x-ndjson")
                ? lines()
                : json(content.path(type).path("schema"));
        byte[] sent = random.nextInt(10) == 0 ? mutation.broken(body) : body;
        return endpoint.path.equals(Moves.PATH) ? Moves.hurried(sent, random) : sent;
    }

    private byte[] json(JsonNode schema) {
        JsonNode value = steered(values.of(schema));
        return bytes(random.nextInt(3) == 0 ? mutation.nearly(value) : value);
    }

    /** Points a request of {@code /pipeline} at pipelines that are there. */
    private JsonNode steered(JsonNode value) {
        if (!(value instanceof ObjectNode request) || !request.path("operation").isTextual()) {
            return value;
        }
        String operation = request.get("operation").asText();
        if (request.path("parameters") instanceof ObjectNode parameters && parameters.has("pipeline")) {
            parameters.put("pipeline", scene.pipelineFor(operation, random));
        }
        boolean document = operation.equals("create") || operation.equals("validate") || operation.equals("preview");
        if (document && random.nextInt(10) > 2 && !request.path("parameters").has("pipeline")) {
            request.set("parameters", document());
        }
        return request;
    }

    private JsonNode document() {
        try {
            return JSON.readTree(DOCUMENT.formatted(Long.toString(random.nextLong() >>> 1, 36)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] lines() {
        StringBuilder lines = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            lines.append(random.nextInt(4) == 0 ? values.anything(1) : "{\"id\":" + random.nextInt() + ",\"v\":\"a\"}");
            lines.append(random.nextInt(8) == 0 ? "\r\n\n" : "\n");
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(JsonNode value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
