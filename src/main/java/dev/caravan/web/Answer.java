package dev.caravan.web;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes back to the client.
 *
 * @param contentType empty when there is no body
 * @param body shared: do not change it
 * @param headers besides the content type
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares answers
public record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
    public Answer {
        headers = Map.copyOf(headers);
    }

    public Answer(int status, String contentType, byte[] body) {
        this(status, contentType, body, Map.of());
    }

    /** @param body any value of ours */
    public static Answer json(int status, Object body) {
        return new Answer(status, "application/json", StrictJson.bytes(body));
    }

    /** Without a body. */
    public static Answer empty(int status) {
        return new Answer(status, "", new byte[0]);
    }

    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, body, more);
    }
}
