package dev.caravan.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** One request as it goes over the wire. */
record FuzzRequest(String method, String target, Map<String, String> headers, byte[] body) {
    byte[] bytes() {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[start.length + body.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }

    String path() {
        return target.split("[?#]", 2)[0];
    }

    /** The body as it was before it was zipped, if it was. */
    byte[] plainBody() {
        if (!"gzip".equals(headers.get("Content-Encoding"))) {
            return body;
        }
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return plain.readAllBytes();
        } catch (IOException onlyCalledSo) {
            return body;
        }
    }

    /** For whoever has to look for the fault. */
    @Override
    public String toString() {
        String text = new String(body, StandardCharsets.UTF_8);
        return method + " " + target + " " + headers + "\n" + text.substring(0, Math.min(3_000, text.length()));
    }
}
