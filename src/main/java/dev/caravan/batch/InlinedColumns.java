package dev.caravan.batch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The start of a line's object when a query names metadata columns: <code>{"_offset":7,</code>. */
final class InlinedColumns {
    private static final String HEX = "0123456789abcdef";

    private InlinedColumns() {}

    /** {@code _timestamp} stands in milliseconds, {@code _key} and header values as text. */
    static byte[] of(
            Set<MetaColumn> columns, long offset, long timestamp, byte @Nullable [] key, List<Header> headers) {
        return of(columns, offset, timestamp, key, headers, headers);
    }

    /** @param event headers with the attributes of a CloudEvent, also where they came in an envelope */
    static byte[] of(
            Set<MetaColumn> columns,
            long offset,
            long timestamp,
            byte @Nullable [] key,
            List<Header> headers,
            List<Header> event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        out.write('{');
        for (MetaColumn column : columns) {
            string(out, column.column());
            out.write(':');
            switch (column) {
                case OFFSET -> ascii(out, Long.toString(offset));
                case TIMESTAMP -> ascii(out, Long.toString(timestamp));
                case KEY -> text(out, key);
                case HEADERS -> headers(out, headers);
                case CE_ID,
                        CE_SOURCE,
                        CE_TYPE,
                        CE_SPECVERSION,
                        CE_SUBJECT,
                        CE_TIME,
                        CE_DATACONTENTTYPE,
                        CE_DATASCHEMA -> text(out, CloudEvent.attribute(attribute(column), event));
                case TOPIC, PARTITION -> throw new IllegalArgumentException(column + " is a constant of the batch");
            }
            out.write(',');
        }
        return out.toByteArray();
    }

    private static String attribute(MetaColumn column) {
        return column.name().substring(CloudEvent.PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    private static void headers(ByteArrayOutputStream out, List<Header> headers) {
        out.write('{');
        String separator = "";
        for (int i = 0; i < headers.size(); i++) {
            if (isLastOfItsName(headers, i)) {
                ascii(out, separator);
                string(out, headers.get(i).name());
                out.write(':');
                text(out, headers.get(i).value());
                separator = ",";
            }
        }
        out.write('}');
    }

    private static boolean isLastOfItsName(List<Header> headers, int index) {
        String name = headers.get(index).name();
        return headers.subList(index + 1, headers.size()).stream()
                .noneMatch(later -> later.name().equals(name));
    }

    private static void text(ByteArrayOutputStream out, byte @Nullable [] bytes) {
        if (bytes == null) {
            ascii(out, "null");
        } else {
            string(out, new String(bytes, StandardCharsets.UTF_8));
        }
    }

    private static void string(ByteArrayOutputStream out, String text) {
        out.write('"');
        StringBuilder escaped = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c < ' ') {
                escaped.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                escaped.append(c);
            }
        }
        out.writeBytes(escaped.toString().getBytes(StandardCharsets.UTF_8));
        out.write('"');
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
