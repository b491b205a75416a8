package dev.caravan.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a JSON parser lets pass and nobody can write again: bytes that are not UTF-8, halves of surrogate pairs. */
final class StrictText {
    private StrictText() {}

    /** What is wrong, as a sentence's end; null when nothing is. JSON that is malformed otherwise passes. */
    static @Nullable String fault(byte[] json, int from, int to) {
        boolean ascii = true;
        boolean escaped = false;
        for (int i = from; i < to; i++) {
            ascii &= json[i] >= 0;
            escaped |= json[i] == '\\';
        }
        if (!ascii && !isUtf8(json, from, to)) {
            return "has bytes that are not UTF-8";
        }
        return escaped && hasHalfPair(json, from, to) ? "has an escape that is half of a surrogate pair" : null;
    }

    /** The same, and U+0000, which PostgreSQL has in no text. */
    static @Nullable String faultOfStored(byte[] json) {
        String fault = fault(json, 0, json.length);
        boolean zero = fault == null && new String(json, StandardCharsets.UTF_8).contains("\\u0000");
        return zero ? "has the character U+0000, which no text here can have" : fault;
    }

    private static boolean isUtf8(byte[] bytes, int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean hasHalfPair(byte[] json, int from, int to) {
        if (!hasSurrogateEscape(json, from, to)) {
            return false;
        }
        try (JsonParser at = StrictJson.parser(json, from, to)) {
            for (JsonToken token = at.nextToken(); token != null; token = at.nextToken()) {
                boolean text = token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
                if (text && !isWhole(at.getText())) {
                    return true;
                }
            }
            return false;
        } catch (IOException malformed) {
            // told by whoever reads it
            return false;
        }
    }

    private static boolean hasSurrogateEscape(byte[] json, int from, int to) {
        for (int i = from; i + 2 < to; i++) {
            if (json[i] == '\\' && json[i + 1] == 'u' && (json[i + 2] == 'd' || json[i + 2] == 'D')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWhole(String text) {
        return text.codePoints()
                .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }
}
