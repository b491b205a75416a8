package dev.caravan.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says why a line is not one JSON object, closer than the fast reader does. */
final class MessageCheck {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(2_000)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private MessageCheck() {}

    /** What is wrong with a line: a stable code and a sentence. */
    record Fault(String reason, String detail) {}

    /** @param columns members that must not come twice */
    static @Nullable Fault faultOf(byte[] line, Set<String> columns) {
        if (!isUtf8(line)) {
            return new Fault("invalid_utf8", "the message has bytes that are not UTF-8");
        }
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Fault("not_an_object", "the message is not a JSON object");
            }
            String twice = nameThatComesTwice(parser, columns);
            if (parser.nextToken() != null) {
                return new Fault("malformed_json", "something follows the JSON object");
            }
            return twice == null ? null : new Fault("duplicate_key", "the message has the member " + twice + " twice");
        } catch (StreamReadException e) {
            return new Fault(
                    "malformed_json", "not JSON at byte " + place(e) + ": " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String nameThatComesTwice(JsonParser parser, Set<String> columns) throws IOException {
        Set<String> seen = new HashSet<>();
        String twice = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (!seen.add(name) && columns.contains(name)) {
                twice = name;
            }
            parser.nextToken();
            parser.skipChildren();
        }
        return twice;
    }

    private static boolean isUtf8(byte[] line) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(line));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static String place(StreamReadException e) {
        return e.getLocation() == null ? "?" : Long.toString(e.getLocation().getByteOffset());
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
