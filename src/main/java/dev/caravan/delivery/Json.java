package dev.caravan.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.batch.Header;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How objects and headers stand in {@code jsonb} columns. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static String objects(List<StoredObject> objects) {
        return write(objects);
    }

    static List<StoredObject> objects(String json) {
        return read(json, new TypeReference<List<StoredObject>>() {});
    }

    /** Values as text where they are text that {@code jsonb} can hold, as base64 where not: no byte is lost. */
    static String headers(List<Header> headers) {
        return write(headers.stream().map(Json::header).toList());
    }

    static List<Header> headers(String json) {
        return read(json, new TypeReference<List<Map<String, @Nullable String>>>() {}).stream()
                .map(Json::header)
                .toList();
    }

    /** PostgreSQL's text holds neither NUL nor half a surrogate pair; messages and their headers may. */
    static String storable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? 0xFFFD : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    private static Map<String, @Nullable String> header(Header header) {
        Map<String, @Nullable String> member = new LinkedHashMap<>();
        member.put("name", storable(header.name()));
        byte[] value = header.value();
        String text = value == null ? null : text(value);
        if (value != null && text == null) {
            member.put("base64", Base64.getEncoder().encodeToString(value));
        } else {
            member.put("value", text);
        }
        return member;
    }

    private static Header header(Map<String, @Nullable String> member) {
        String base64 = member.get("base64");
        String text = member.get("value");
        byte[] value = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        return new Header(
                String.valueOf(member.get("name")),
                base64 == null ? value : Base64.getDecoder().decode(base64));
    }

    private static @Nullable String text(byte[] value) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            return text.indexOf('\0') < 0 ? text : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T read(String json, TypeReference<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the ledger holds JSON that this version cannot read", e);
        }
    }
}
