package dev.caravan.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON as the APIs speak it. Read strictly (RFC 8259, no duplicate keys, nothing after the document, at most {@value
 * #MAX_DEPTH} levels; numbers keep their digits); written in snake_case with ISO 8601 times in UTC.
 */
public final class StrictJson {
    static final int MAX_DEPTH = 64;

    private static final int MAX_STRING = 16 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .build())
                    .build())
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .serializationInclusion(JsonInclude.Include.ALWAYS)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private StrictJson() {}

    /** @throws Problem with line and column when this is not one JSON object */
    public static ObjectNode object(byte[] json) {
        if (parse(json) instanceof ObjectNode object) {
            return object;
        }
        throw new Problem(
                WebReason.MALFORMED_JSON, "The body has to be a JSON object, such as {\"operation\": \"list\"}.");
    }

    private static @Nullable JsonNode parse(byte[] json) {
        try {
            return json.length == 0 ? null : MAPPER.readTree(json);
        } catch (StreamConstraintsException e) {
            throw refusal(WebReason.NESTED_TOO_DEEP, "The JSON goes beyond a limit (" + MAX_DEPTH + " levels)", e);
        } catch (MismatchedInputException e) {
            String found = e.getOriginalMessage();
            boolean twice = found.startsWith("Duplicate field");
            throw twice
                    ? refusal(WebReason.DUPLICATE_FIELD, found.replaceFirst(" for `.*", ""), e)
                    : refusal(WebReason.MALFORMED_JSON, "There is more after the JSON object", e);
        } catch (JsonProcessingException e) {
            throw refusal(WebReason.MALFORMED_JSON, "The body is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new Problem(WebReason.MALFORMED_JSON, "The body is not JSON in UTF-8.");
        }
    }

    private static Problem refusal(WebReason reason, String message, JsonProcessingException cause) {
        JsonLocation where = cause.getLocation();
        if (where == null) {
            return new Problem(reason, message + ".");
        }
        Violation violation = new Violation("", message, where.getLineNr(), where.getColumnNr());
        return new Problem(
                reason,
                message + " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ").",
                List.of(violation));
    }

    /** Any value of ours as JSON. */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON: " + value.getClass().getName(), e);
        }
    }

    /** The same, as a tree. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }
}
