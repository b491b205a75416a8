package dev.caravan.operation;

import dev.caravan.problem.Problem;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The condition of a change (RFC 9110, 13.1.1): the version that the client has seen. The entity tag of a pipeline is its
 * version in quotes.
 *
 * @param tags that may match; empty when there is no condition, or none but that the pipeline exists
 */
record IfMatch(boolean given, Set<String> tags) {
    private static final Pattern TAG = Pattern.compile("\\s*(W/)?\"([\\x21\\x23-\\x7e]*)\"\\s*(,|$)");

    static String tag(int version) {
        return "\"" + version + "\"";
    }

    /** @throws Problem when the header is not a list of entity tags */
    static IfMatch of(@Nullable String header) {
        if (header == null || header.strip().equals("*")) {
            return new IfMatch(false, Set.of());
        }
        Set<String> tags = new HashSet<>();
        Matcher matcher = TAG.matcher(header);
        int end = 0;
        while (end < header.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new Problem(
                        OperationReason.MALFORMED_IF_MATCH,
                        "If-Match has to be the ETag of an answer, such as \"3\" with its quotes.");
            }
            if (matcher.group(1) == null) {
                tags.add(matcher.group(2));
            }
            end = matcher.end();
        }
        return new IfMatch(true, tags);
    }

    /** @throws Problem when the current version is none of those that the client has seen */
    void check(int current) {
        if (given && !tags.contains(String.valueOf(current))) {
            throw new Problem(
                    OperationReason.PRECONDITION_FAILED,
                    "The pipeline is at version " + current + ", not at the one of If-Match: read it again.");
        }
    }

    /** The version that the change builds on; null for whichever is current. */
    @Nullable Integer version(int current) {
        return given ? current : null;
    }
}
