package dev.caravan.route;

import dev.caravan.batch.Header;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Headers of a message as one text, byte for byte: {@code name=value} in Base64 with commas between, no {@code =} for null. */
final class HeaderText {
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder BYTES = Base64.getUrlDecoder();

    private HeaderText() {}

    static String write(List<Header> headers) {
        return headers.stream().map(HeaderText::entry).collect(Collectors.joining(","));
    }

    private static String entry(Header header) {
        byte[] value = header.value();
        return TEXT.encodeToString(header.name().getBytes(StandardCharsets.UTF_8))
                + (value == null ? "" : "=" + TEXT.encodeToString(value));
    }

    static List<Header> read(@Nullable String text) {
        return text == null || text.isEmpty()
                ? List.of()
                : Stream.of(text.split(",", -1)).map(HeaderText::header).toList();
    }

    private static Header header(String entry) {
        int equals = entry.indexOf('=');
        String name = equals < 0 ? entry : entry.substring(0, equals);
        return new Header(
                new String(BYTES.decode(name), StandardCharsets.UTF_8),
                equals < 0 ? null : BYTES.decode(entry.substring(equals + 1)));
    }
}
