package dev.caravan.route;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Rows as JSON whose numbers keep their digits. */
final class RowJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** For rows that were checked when they came: only their names are looked at, so no number is too long. */
    private static final JsonFactory TOKENS = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private RowJson() {}

    /** @throws JsonProcessingException also when it goes beyond a limit, in depth or in the length of a number */
    static JsonNode read(byte[] json) throws JsonProcessingException {
        try {
            return MAPPER.readTree(json);
        } catch (NumberFormatException e) {
            throw new JsonParseException(null, "it has a number whose exponent is too large to be read", e);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    static byte[] write(JsonNode value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree is always JSON", e);
        }
    }

    /**
     * An object with one member more, in place of one of the same name; all others stay as they are written.
     *
     * @param value one JSON value
     */
    static byte[] with(byte[] object, String name, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(object.length + name.length() + value.length + 8);
        try (JsonParser at = TOKENS.createParser(object)) {
            at.nextToken();
            out.write('{');
            int member = -1;
            while (at.nextToken() != null) {
                int here = (int) at.currentTokenLocation().getByteOffset();
                if (member >= 0) {
                    out.write(object, member, end(object, here) - member);
                    out.write(',');
                }
                if (at.currentToken() == JsonToken.END_OBJECT) {
                    break;
                }
                member = at.currentName().equals(name) ? -1 : here;
                at.nextToken();
                at.skipChildren();
            }
            out.write(MAPPER.writeValueAsBytes(name));
            out.write(':');
            out.write(value);
            out.write('}');
            return out.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a row is no JSON object", e);
        }
    }

    /** Where a member ends that is followed by something else: before white space and its comma. */
    private static int end(byte[] object, int next) {
        int end = next;
        while (object[end - 1] == ',' || isBlank(object[end - 1])) {
            end--;
        }
        return end;
    }

    private static boolean isBlank(byte one) {
        return one == ' ' || one == '\t' || one == '\r' || one == '\n';
    }
}
