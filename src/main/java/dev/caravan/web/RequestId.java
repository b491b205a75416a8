package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The name of one request, on the wire, in the log and in every error body. */
public final class RequestId {
    static final String HEADER = "X-Request-ID";

    /** Key of the logging context. */
    static final String MDC_KEY = "request_id";

    private static final int MAX_LENGTH = 128;
    private static final String ATTRIBUTE = RequestId.class.getName();

    /** Of this process. What tells its requests apart need not be secret, and all threads would wait for one source of secrets. */
    private static final String PROCESS = HexFormat.of().toHexDigits(new SecureRandom().nextInt());

    private RequestId() {}

    /** The id that the request got when it arrived. */
    public static String of(HttpServletRequest request) {
        Object id = request.getAttribute(ATTRIBUTE);
        return id instanceof String known ? known : assign(request);
    }

    /** The client's own id if it is printable ASCII of at most 128 characters, otherwise a new one. */
    static String assign(HttpServletRequest request) {
        String offered = request.getHeader(HEADER);
        String id = isAcceptable(offered) ? offered : fresh();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    static String fresh() {
        return "req_" + PROCESS
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    static boolean isAcceptable(@Nullable String id) {
        return id != null
                && !id.isBlank()
                && id.length() <= MAX_LENGTH
                && id.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
