package dev.caravan.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.core.io.ClassPathResource;

/** {@code openapi.yaml} as the list of everything that a client can ask for, each with a request that asks for it. */
public final class Contract {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final int DEEPEST = 8;

    private final JsonNode document;

    private Contract(JsonNode document) {
        this.document = document;
    }

    /**
     * One thing to ask for.
     *
     * @param name {@code POST /pipeline start}
     * @param scope what {@code x-scope} says, null when it says nothing
     * @param open whether it needs no key
     * @param template path with its parameters in braces
     * @param schema of the body, null when there is none or it is not JSON
     */
    public record Call(
            String name,
            String method,
            String template,
            String scope,
            boolean open,
            String contentType,
            JsonNode schema,
            Contract contract) {
        /** The path with {@code reference} for each of its parameters. */
        public String path(String reference) {
            return template.replaceAll("\\{[^}]+}", reference);
        }

        /** The smallest body that the schema allows, with {@code reference} where a pipeline is named. */
        public String body(String reference) {
            if (schema == null) {
                return contentType == null ? "" : "{}\n";
            }
            return contract.sample(schema, "", reference, 0).toString();
        }

        /** Whether it is about one object that is there already. */
        public boolean hasReference() {
            return template.contains("{") || body("the-reference").contains("the-reference");
        }

        /** Value of {@code operation} in the body; null for a path of its own. */
        public String operation() {
            return schema == null
                    ? null
                    : schema.at("/properties/operation/const").asText(null);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    public static Contract read() {
        try {
            return new Contract(new YAMLMapper().readTree(new ClassPathResource("openapi.yaml").getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        document.get("paths")
                .fields()
                .forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation -> {
                    if (METHODS.contains(operation.getKey())) {
                        calls.addAll(calls(path.getKey(), operation.getKey().toUpperCase(), operation.getValue()));
                    }
                }));
        return calls;
    }

    private List<Call> calls(String path, String method, JsonNode operation) {
        String name = method + " " + path;
        boolean open = operation.path("security").isArray()
                && operation.path("security").isEmpty();
        Map.Entry<String, JsonNode> body = body(operation);
        if (body == null) {
            return List.of(new Call(name, method, path, scope(operation), open, null, null, this));
        }
        JsonNode schema = body.getValue();
        JsonNode choices = schema.at("/discriminator/mapping");
        if (choices.isMissingNode()) {
            boolean json = body.getKey().endsWith("json") && !body.getKey().endsWith("ndjson");
            return List.of(
                    new Call(name, method, path, scope(operation), open, body.getKey(), json ? schema : null, this));
        }
        List<Call> calls = new ArrayList<>();
        choices.fields().forEachRemaining(choice -> {
            JsonNode chosen = resolve(JSON.objectNode().set("$ref", choice.getValue()));
            calls.add(new Call(
                    name + " " + choice.getKey(), method, path, scope(chosen), open, body.getKey(), chosen, this));
        });
        return calls;
    }

    private Map.Entry<String, JsonNode> body(JsonNode operation) {
        var contents = resolve(operation.path("requestBody")).path("content").fields();
        if (!contents.hasNext()) {
            return null;
        }
        var content = contents.next();
        return Map.entry(content.getKey(), resolve(content.getValue().path("schema")));
    }

    private static String scope(JsonNode node) {
        return node.path("x-scope").asText(null);
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? resolve(document.at(node.get("$ref").asText().substring(1))) : node;
    }

    private JsonNode sample(JsonNode unresolved, String name, String reference, int depth) {
        JsonNode schema = resolve(unresolved);
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(0);
        }
        JsonNode type = schema.path("type");
        return switch (type.isArray() ? type.get(0).asText() : type.asText("object")) {
            case "string" -> JSON.textNode(text(schema, name, reference));
            case "integer", "number" -> JSON.numberNode(schema.path("minimum").asInt(1));
            case "boolean" -> JSON.booleanNode(false);
            case "array" -> array(schema, name, reference, depth);
            default -> object(schema, reference, depth);
        };
    }

    private static String text(JsonNode schema, String name, String reference) {
        if (name.equals("pipeline")) {
            return reference;
        }
        return switch (schema.path("format").asText()) {
            case "date-time" -> "2026-01-02T03:04:05Z";
            case "uri" -> "https://example.com/";
            case "uuid" -> "00000000-0000-0000-0000-000000000000";
            default ->
                schema.path("examples")
                        .path(0)
                        .asText("x".repeat(Math.max(1, schema.path("minLength").asInt())));
        };
    }

    private ArrayNode array(JsonNode schema, String name, String reference, int depth) {
        ArrayNode array = JSON.arrayNode();
        for (int i = 0; i < schema.path("minItems").asInt() && depth < DEEPEST; i++) {
            array.add(sample(schema.path("items"), name, reference, depth + 1));
        }
        return array;
    }

    private ObjectNode object(JsonNode schema, String reference, int depth) {
        ObjectNode object = JSON.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        for (String choice : List.of("oneOf", "anyOf")) {
            schema.path(choice).path(0).path("required").forEach(name -> required.add(name.asText()));
        }
        for (String name : required) {
            if (depth < DEEPEST) {
                object.set(name, sample(schema.path("properties").path(name), name, reference, depth + 1));
            }
        }
        return object;
    }
}
