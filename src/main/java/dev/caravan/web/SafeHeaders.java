package dev.caravan.web;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers cross the border between HTTP and Camel. Coming in, nothing that Camel itself would obey, whatever its
 * case, and no credentials. Going out, nothing of Camel, and nothing that is merely a header or a query parameter of the
 * request again: Camel would otherwise repeat them all in the answer.
 */
final class SafeHeaders implements HeaderFilterStrategy {
    private static final String RECEIVED = SafeHeaders.class.getName();

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        if (isCamel(name) || isCredential(name)) {
            return true;
        }
        received(exchange).put(name.toLowerCase(Locale.ROOT), String.valueOf(value));
        return false;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        String lower = name.toLowerCase(Locale.ROOT);
        return isCamel(name)
                || isCredential(name)
                || isConnection(lower)
                || String.valueOf(value).equals(received(exchange).get(lower));
    }

    private static boolean isCamel(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("camel")
                || lower.startsWith("org.apache.camel")
                || lower.startsWith("org_apache_camel");
    }

    private static boolean isCredential(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "authorization", "proxy-authorization", "cookie" -> true;
            default -> false;
        };
    }

    private static boolean isConnection(String lower) {
        return switch (lower) {
            case "host", "content-length", "connection", "transfer-encoding", "upgrade", "te", "trailer" -> true;
            default -> false;
        };
    }

    /** What the request brought, by name in lower case. */
    @SuppressWarnings("unchecked")
    private static Map<String, String> received(Exchange exchange) {
        Map<String, String> known = exchange.getProperty(RECEIVED, Map.class);
        if (known == null) {
            known = new HashMap<>();
            exchange.setProperty(RECEIVED, known);
        }
        return known;
    }
}
