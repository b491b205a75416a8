package dev.caravan.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Holds answers against {@code openapi.yaml}: status, media type and body have to be declared there. */
public final class ContractAnswers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode DOCUMENT = read();
    private static final Map<String, Pattern> PATHS = paths();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Map<JsonNode, Schema> COMPILED = new ConcurrentHashMap<>();

    private ContractAnswers() {}

    public static JsonNode document() {
        return DOCUMENT;
    }

    /** @throws AssertionError when the answer is not one that the contract has for this request */
    public static void require(HttpResponse<String> answer) {
        String path = answer.uri().getRawPath();
        require(
                answer.request().method(),
                path == null ? "/" : path,
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(""),
                answer.body());
    }

    /** @throws AssertionError when the answer is not one that the contract has for this request */
    public static void require(String method, String path, int status, String contentType, String body) {
        if (path.startsWith("/observe")
                || path.startsWith("/docs")
                || method.equals("HEAD")
                || method.equals("OPTIONS")) {
            return; // of no contract
        }
        String fault = fault(method, path, status, contentType, body);
        if (fault != null) {
            throw new AssertionError("%s %s answered %d %s: %s%n%s"
                    .formatted(
                            method,
                            path,
                            status,
                            contentType,
                            fault,
                            body.substring(0, Math.min(2_000, body.length()))));
        }
    }

    private static String fault(String method, String path, int status, String contentType, String body) {
        JsonNode operation = operation(method, path);
        if (operation == null) {
            boolean refused = (status >= 400 && status < 500) || status == 503;
            return refused ? mismatch(failure(path), body) : "the contract has no such operation";
        }
        JsonNode response = response(operation.path("responses"), status);
        if (response.isMissingNode()) {
            return "the contract does not have this status here";
        }
        String type = contentType.split(";")[0].strip().toLowerCase(Locale.ROOT);
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            return body.isEmpty() ? null : "the contract has no body here";
        }
        if (!content.has(type)) {
            return "the contract does not have this media type here";
        }
        return type.endsWith("json") ? mismatch(content.path(type).path("schema"), body) : null;
    }

    /** What is declared by {@code default} is what fails, never what succeeds. */
    private static JsonNode response(JsonNode responses, int status) {
        JsonNode declared = responses.path(Integer.toString(status));
        return resolved(declared.isMissingNode() && status >= 400 ? responses.path("default") : declared);
    }

    /** The operation that a request means; null when there is none. */
    private static JsonNode operation(String method, String sent) {
        String path = sent.startsWith("/api/v1/") && sent.endsWith("/") ? sent.substring(0, sent.length() - 1) : sent;
        for (Map.Entry<String, Pattern> known : PATHS.entrySet()) {
            boolean isMethod = method.equals(method.toUpperCase(Locale.ROOT));
            if (isMethod && known.getValue().matcher(path).matches()) {
                return DOCUMENT.path("paths").path(known.getKey()).get(method.toLowerCase(Locale.ROOT));
            }
        }
        return null;
    }

    /** Of what the contract does not know, in the form of the API that the path is below. */
    private static JsonNode failure(String path) {
        String name =
                path.matches("/v0(/.*)?") ? "PlainFailure" : path.matches("(/api)?/v1(/.*)?") ? "Problem" : "Failure";
        JsonNode schemas = DOCUMENT.at("/components/schemas");
        return schemas.has(name) ? schemas.get(name) : JSON.createObjectNode();
    }

    private static String mismatch(JsonNode schema, String body) {
        JsonNode instance;
        try {
            instance = JSON.readTree(body);
        } catch (IOException e) {
            return "the body is not JSON";
        }
        List<Error> errors =
                COMPILED.computeIfAbsent(schema, ContractAnswers::compile).validate(instance);
        return errors.isEmpty() ? null : errors.toString();
    }

    private static Schema compile(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", DOCUMENT.path("components"));
        return SCHEMAS.getSchema(whole);
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** Those without a parameter first. */
    private static Map<String, Pattern> paths() {
        Map<String, Pattern> paths = new TreeMap<>((a, b) -> {
            int byParameters = Boolean.compare(a.contains("{"), b.contains("{"));
            return byParameters == 0 ? a.compareTo(b) : byParameters;
        });
        DOCUMENT.path("paths")
                .fieldNames()
                .forEachRemaining(path -> paths.put(
                        path, Pattern.compile(path.replace(".", "\\.").replaceAll("\\{[^}]+}", "[^/]+") + "/?")));
        return paths;
    }

    private static JsonNode read() {
        try (var text = ContractAnswers.class.getResourceAsStream("/openapi.yaml")) {
            return new ObjectMapper(new YAMLFactory()).readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
