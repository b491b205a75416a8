package dev.caravan.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of an endpoint, of which only the plain spelling is taken: whatever two parsers could read as two hosts
 * (RFC 3986, section 7) is refused.
 *
 * @param host a name in lower case or an IP address as text, without brackets
 * @param path with the query; at least {@code /}
 */
record TargetUrl(boolean https, String host, int port, String path) {
    static final int LONGEST = 2_048;

    private static final int LONGEST_HOST = 253;
    private static final int HIGHEST_PORT = 65_535;
    private static final int FIRST_UNPRIVILEGED_PORT = 1_024;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    private static final Pattern PRINTABLE = Pattern.compile("[!-~]*");
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    /** Names that mean this machine or a local network, and are in no public DNS. */
    private static final List<String> LOCAL_NAMES = List.of(
            "localhost",
            "localdomain",
            "local",
            "internal",
            "intranet",
            "private",
            "corp",
            "home",
            "lan",
            "home.arpa",
            "onion",
            "invalid");

    /**
     * @param allowPrivate whether http, every port and names of the local network are fine
     * @throws RefusedTarget with what is wrong
     */
    static TargetUrl parse(String url, boolean allowPrivate) {
        require(url.length() <= LONGEST, "is longer than " + LONGEST + " characters");
        require(
                PRINTABLE.matcher(url).matches() && url.indexOf('\\') < 0,
                "has a character that does not belong into a URL: percent-encode it, and write host names as xn--…");
        URI uri = uri(url);
        boolean https = "https".equalsIgnoreCase(uri.getScheme());
        require(
                https || "http".equalsIgnoreCase(uri.getScheme()) && allowPrivate,
                allowPrivate ? "has to start with https:// or http://" : "has to start with https://");
        require(uri.getRawFragment() == null, "must not have a fragment (#)");
        String authority = uri.getRawAuthority();
        require(authority != null && authority.indexOf('@') < 0, "must not have a user or password");
        require(uri.getHost() != null, "has no proper host name");
        int port = port(uri, https, allowPrivate);
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new TargetUrl(https, host(uri.getHost().toLowerCase(Locale.ROOT), allowPrivate), port, path + query);
    }

    private static URI uri(String url) {
        try {
            return new URI(url).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw new RefusedTarget("is not a URL: " + e.getReason());
        }
    }

    private static int port(URI uri, boolean https, boolean allowPrivate) {
        int port = uri.getPort();
        require(!String.valueOf(uri.getRawAuthority()).endsWith(":"), "has a colon without a port after the host name");
        if (port == -1) {
            return https ? HTTPS_PORT : HTTP_PORT;
        }
        require(port >= 1 && port <= HIGHEST_PORT, "has a port that is not from 1 to " + HIGHEST_PORT);
        require(
                allowPrivate || port == HTTPS_PORT || port >= FIRST_UNPRIVILEGED_PORT,
                "has a port that is neither " + HTTPS_PORT + " nor from " + FIRST_UNPRIVILEGED_PORT + " on");
        return port;
    }

    private static String host(String host, boolean allowPrivate) {
        if (host.startsWith("[")) {
            require(host.indexOf('%') < 0, "has an IPv6 address with a zone");
            return host.substring(1, host.length() - 1);
        }
        if (ENDS_IN_A_NUMBER.matcher(host).matches()) {
            require(IPV4.matcher(host).matches(), "has an IPv4 address that is not four decimal numbers");
            return host;
        }
        require(
                host.length() <= LONGEST_HOST && NAME.matcher(host).matches(),
                "has a host name with characters that names do not have");
        require(allowPrivate || host.indexOf('.') > 0, "has a host name without a domain");
        require(
                allowPrivate || LOCAL_NAMES.stream().noneMatch(local -> host.endsWith("." + local)),
                "has a host name of a local network");
        return host;
    }

    boolean isAddress() {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    private static void require(boolean fine, @Nullable String otherwise) {
        if (!fine) {
            throw new RefusedTarget(String.valueOf(otherwise));
        }
    }
}
