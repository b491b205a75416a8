package dev.caravan.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent in a Kafka message (CloudEvents 1.0, Kafka protocol binding). In binary mode its attributes are the headers
 * {@code ce_…} and its data is the message; in structured mode the message is an envelope in the JSON format.
 *
 * @param attributes of an envelope, by their names
 * @param data of an envelope: the bytes of a JSON object, or what {@code data_base64} says; null when there is neither
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CloudEvent(Map<String, String> attributes, byte @Nullable [] data) {
    static final String PREFIX = "ce_";
    private static final String CONTENT_TYPE = "content-type";
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");
    private static final JsonFactory JSON = new JsonFactory();

    /** Whether the message is an envelope, as its headers say. */
    static boolean isStructured(List<Header> headers) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(CONTENT_TYPE)) {
                String type = text(header).toLowerCase(Locale.ROOT);
                return type.equals(STRUCTURED)
                        || type.startsWith(STRUCTURED + ";")
                        || type.startsWith(STRUCTURED + " ");
            }
        }
        return false;
    }

    /** Reads an envelope; null when it is none, whatever the headers say. */
    static @Nullable CloudEvent parse(byte[] envelope) {
        Map<String, String> attributes = new LinkedHashMap<>();
        byte[] data = null;
        try (JsonParser parser = JSON.createParser(envelope)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                int start = (int) parser.currentTokenLocation().getByteOffset();
                if (name.equals("data_base64") && value == JsonToken.VALUE_STRING) {
                    data = parser.getBinaryValue();
                } else if (value.isStructStart()) {
                    parser.skipChildren();
                    if (name.equals("data") && value == JsonToken.START_OBJECT) {
                        data = Arrays.copyOfRange(
                                envelope, start, (int) parser.currentLocation().getByteOffset());
                    }
                } else if (value != JsonToken.VALUE_NULL && !name.equals("data")) {
                    attributes.put(name, parser.getText());
                }
            }
        } catch (IOException noJson) {
            // then it is refused as any other message that is none
            return null;
        }
        return attributes.keySet().containsAll(REQUIRED) ? new CloudEvent(attributes, data) : null;
    }

    /** The headers of an envelope's message together with its attributes, as binary mode would have them. */
    List<Header> headers(List<Header> headers) {
        List<Header> all = new ArrayList<>(headers);
        attributes.forEach((name, value) -> all.add(new Header(PREFIX + name, value.getBytes(StandardCharsets.UTF_8))));
        return all;
    }

    /** An attribute in binary mode; null when the message has none or is no CloudEvent. */
    static byte @Nullable [] attribute(String name, List<Header> headers) {
        byte[] contentType = null;
        byte[] found = null;
        boolean event = false;
        for (Header header : headers) {
            String of = header.name();
            event |= of.startsWith(PREFIX);
            if (of.equals(PREFIX + name)) {
                found = header.value();
            } else if (of.equalsIgnoreCase(CONTENT_TYPE)) {
                contentType = header.value();
            }
        }
        // the binding has one header for the type of the data, whoever reads it
        return found == null && event && name.equals("datacontenttype") ? contentType : found;
    }

    private static String text(Header header) {
        byte[] value = header.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8).strip();
    }
}
