package dev.caravan.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.testing.ContractAnswers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;

/** Values that a JSON Schema of the contract allows, now and then strange ones. */
final class SchemaValues {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 6;
    static final List<String> STRANGE = List.of(
            "",
            " ",
            "\u0000",
            "a\nb",
            "../../etc/passwd",
            "${sys:user.home}",
            "{{env:PATH}}",
            "' OR 1=1 --",
            "\u00e9\u4e2d\ud83d\ude00",
            "\u202e\ufeff",
            "%00",
            "null",
            "*",
            "x".repeat(300),
            "SELECT 1",
            "2026-13-45T99:99:99Z",
            "-1");

    private final Random random;

    SchemaValues(Random random) {
        this.random = random;
    }

    JsonNode of(JsonNode schema) {
        return of(schema, 0);
    }

    private JsonNode of(JsonNode given, int depth) {
        JsonNode schema = resolved(given);
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.has("enum")) {
            return one(schema.get("enum"));
        }
        if (!schema.has("properties") && (schema.has("oneOf") || schema.has("anyOf"))) {
            return of(one(schema.has("oneOf") ? schema.get("oneOf") : schema.get("anyOf")), depth);
        }
        JsonNode type = schema.path("type").isArray() ? one(schema.get("type")) : schema.path("type");
        return switch (type.asText(schema.has("properties") ? "object" : "")) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "string" -> NODES.textNode(text(schema));
            case "integer" -> integer(schema);
            case "number" -> NODES.numberNode(random.nextGaussian() * 1e6);
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "null" -> NODES.nullNode();
            default -> anything(depth);
        };
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        List<String> required = new java.util.ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        if (schema.has("oneOf")) {
            one(schema.get("oneOf")).path("required").forEach(name -> required.add(name.asText()));
        }
        boolean closed = schema.has("oneOf");
        schema.path("properties").fields().forEachRemaining(property -> {
            boolean optional = !closed && depth < MAX_DEPTH && random.nextInt(3) == 0;
            if (required.contains(property.getKey()) || optional) {
                object.set(property.getKey(), property(property.getKey(), property.getValue(), depth + 1));
            }
        });
        if (!schema.has("properties") || schema.path("additionalProperties").isObject()) {
            for (int i = random.nextInt(3); i > 0 && depth < MAX_DEPTH; i--) {
                object.set(word(), of(schema.path("additionalProperties"), depth + 1));
            }
        }
        return object;
    }

    /** Long enough for whatever does not wait by contract; for what does see {@link Moves}. */
    private JsonNode property(String name, JsonNode schema, int depth) {
        return name.equals("timeout") ? NODES.numberNode(20_000 + random.nextInt(280_000)) : of(schema, depth);
    }

    private JsonNode array(JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        int least = schema.path("minItems").asInt(0);
        for (int i = least + random.nextInt(4); i > 0 && depth < MAX_DEPTH; i--) {
            array.add(of(schema.path("items"), depth + 1));
        }
        return array;
    }

    private JsonNode integer(JsonNode schema) {
        long least = schema.path("minimum").asLong(-1_000);
        long most = schema.path("maximum").asLong(Math.max(least, 1_000_000));
        return switch (random.nextInt(5)) {
            case 0 -> NODES.numberNode(least);
            case 1 -> NODES.numberNode(most);
            default -> NODES.numberNode(least + Math.floorMod(random.nextLong(), Math.max(1, most - least)));
        };
    }

    private String text(JsonNode schema) {
        if (random.nextInt(6) == 0) {
            return STRANGE.get(random.nextInt(STRANGE.size()));
        }
        return switch (schema.path("format").asText()) {
            case "date-time" -> "2026-01-0" + (1 + random.nextInt(9)) + "T00:00:00Z";
            case "uuid" -> new java.util.UUID(random.nextLong(), random.nextLong()).toString();
            case "uri" -> "http://127.0.0.1:9/" + word();
            default -> word();
        };
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        for (int i = 1 + random.nextInt(10); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    /** Any JSON at all. */
    JsonNode anything(int depth) {
        return switch (random.nextInt(depth < MAX_DEPTH ? 10 : 7)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextLong());
            case 3 ->
                NODES.numberNode(new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(600) - 300));
            case 4 -> NODES.numberNode(BigInteger.ONE.shiftLeft(random.nextInt(400)));
            case 5 -> NODES.textNode(STRANGE.get(random.nextInt(STRANGE.size())));
            case 6 -> NODES.textNode(word());
            case 7 -> array(NODES.objectNode(), depth + 1);
            default -> object(NODES.objectNode(), depth + 1);
        };
    }

    private JsonNode one(JsonNode array) {
        return array.get(random.nextInt(array.size()));
    }

    static JsonNode resolved(JsonNode schema) {
        return schema.has("$ref")
                ? ContractAnswers.document().at(schema.get("$ref").asText().substring(1))
                : schema;
    }
}
