package dev.caravan.trace;

import dev.caravan.connection.StartException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where spans go.
 *
 * @param endpoint {@code CARAVAN_OTLP_ENDPOINT}: address of a collector that takes OTLP over HTTP; empty for none
 * @param headers {@code CARAVAN_OTLP_HEADERS}: sent with each request, {@code name=value} with commas between, the values
 *     percent-encoded
 * @param service {@code CARAVAN_OTLP_SERVICE}: what the program is called in traces
 */
@ConfigurationProperties("caravan.otlp")
record TraceSettings(
        @DefaultValue("") String endpoint,
        @DefaultValue("") String headers,
        @DefaultValue("caravan") String service) {
    private static final String PATH = "/v1/traces";

    boolean on() {
        return !endpoint.isBlank();
    }

    /** As the specification has it: the path of traces stands below the address, unless it is there already. */
    String tracesEndpoint() {
        String base = endpoint.strip();
        try {
            URI uri = URI.create(base);
            if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
                throw new IllegalArgumentException();
            }
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    "CARAVAN_OTLP_ENDPOINT must be a URL like http://collector:4318, and is " + base + ".", e);
        }
        String plain = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return plain.endsWith(PATH) ? plain : plain + PATH;
    }

    Map<String, String> headersByName() {
        Map<String, String> byName = new LinkedHashMap<>();
        for (String header : headers.split(",")) {
            int equals = header.indexOf('=');
            if (equals > 0) {
                byName.put(
                        header.substring(0, equals).strip(),
                        URLDecoder.decode(header.substring(equals + 1).strip(), StandardCharsets.UTF_8));
            } else if (!header.isBlank()) {
                throw new StartException("CARAVAN_OTLP_HEADERS must look like name=value,other=value.");
            }
        }
        return byName;
    }

    @Override
    public String toString() {
        return "TraceSettings[" + endpoint + ", ***, " + service + "]";
    }
}
