package dev.caravan.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
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
import java.io.ByteArrayOutputStream;
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
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
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

    /** For reading token by token; tells of a field that comes twice by itself. */
    private static final JsonFactory TOKENS = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
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
        String fault = StrictText.faultOfStored(json);
        if (fault != null) {
            throw new Problem(WebReason.MALFORMED_JSON, "The body " + fault + ".");
        }
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
        } catch (NumberFormatException tooManyDigits) {
            throw new Problem(
                    WebReason.MALFORMED_JSON, "The JSON has a number whose exponent is too large to be read.");
        } catch (IOException e) {
            throw new Problem(WebReason.MALFORMED_JSON, "The body is not JSON in UTF-8.");
        }
    }

    /**
     * Reads tokens of a part of the bytes, as strictly as {@link #object} but for what {@link #textFault} tells and for
     * what comes after the value.
     */
    public static JsonParser parser(byte[] json, int from, int to) throws IOException {
        return TOKENS.createParser(json, from, to - from);
    }

    /** Why a part of the bytes cannot be sent on as it is ("has bytes that are not UTF-8"); null when it can. */
    public static @Nullable String textFault(byte[] json, int from, int to) {
        return StrictText.fault(json, from, to);
    }

    /** The value at a parser's current token, as bytes without white space; the parser goes to its last token. */
    public static byte[] valueAt(JsonParser at) throws IOException {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        try (JsonGenerator out = TOKENS.createGenerator(value)) {
            out.copyCurrentStructure(at);
        }
        return value.toByteArray();
    }

    /** What a parser of ours found wrong, as a sentence's end. */
    public static String fault(JsonProcessingException e) {
        JsonLocation where = e.getLocation();
        String what = e instanceof StreamConstraintsException
                ? "goes beyond a limit of JSON (" + MAX_DEPTH + " levels)"
                : "is not JSON: " + e.getOriginalMessage();
        return where == null ? what : what + " (column " + where.getColumnNr() + ")";
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
