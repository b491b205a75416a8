package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What went wrong in DuckDB, by what has to follow from it.
 *
 * @param sentence DuckDB's words for a person, without statement text and paths
 */
record SqlFailure(Kind kind, String sentence) {
    enum Kind {
        /** A line of the file cannot be read as the schema says. */
        UNREADABLE,
        /** A value made an expression fail: another batch may pass. */
        VALUE,
        /** The query itself: every batch would fail. */
        QUERY,
        TIMEOUT,
        MEMORY,
        DISK_FULL,
        DISK,
        /** DuckDB gave up on itself; the instance is unusable. */
        ENGINE
    }

    private static final String WRAPPED = "\nError: ";
    private static final Pattern WHERE_READ = Pattern.compile(
            "^(?:Malformed JSON|JSON transform error) in file \"[^\"]*\", (?:at byte \\d+ )?in (?:line|record/value) \\d+: ");
    private static final Pattern ADVICE = Pattern.compile(
            "\n+(?:LINE \\d+:|Possible solutions|Try setting 'auto_detect'|Database is launched| If this error occurred).*",
            Pattern.DOTALL);

    static SqlFailure of(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int wrapped = message.indexOf(WRAPPED);
        if (wrapped >= 0) {
            message = message.substring(wrapped + WRAPPED.length());
        }
        Kind kind = e instanceof SQLTimeoutException ? Kind.TIMEOUT : kind(message);
        return new SqlFailure(kind, sentence(message));
    }

    private static Kind kind(String message) {
        if (message.startsWith("INTERRUPT Error")) {
            return Kind.TIMEOUT;
        }
        if (message.startsWith("Out of Memory Error")) {
            return Kind.MEMORY;
        }
        if (message.startsWith("FATAL Error") || message.startsWith("INTERNAL Error")) {
            return Kind.ENGINE;
        }
        if (message.startsWith("IO Error")) {
            return message.contains("No space left") || message.contains("Disk quota") ? Kind.DISK_FULL : Kind.DISK;
        }
        if (message.startsWith("Binder Error")
                || message.startsWith("Parser Error")
                || message.startsWith("Catalog Error")
                || message.startsWith("Not implemented Error")
                || message.startsWith("Permission Error")) {
            return Kind.QUERY;
        }
        return message.startsWith("Invalid Input Error: Malformed JSON in file \"")
                        || message.startsWith("Invalid Input Error: JSON transform error in file \"")
                ? Kind.UNREADABLE
                : Kind.VALUE;
    }

    private static String sentence(String message) {
        String text = message.startsWith("Invalid Input Error: ")
                ? message.substring("Invalid Input Error: ".length())
                : message;
        Matcher where = WHERE_READ.matcher(text);
        text = where.replaceFirst("");
        return ADVICE.matcher(text).replaceFirst("").strip();
    }

    /** Whether leaving out messages can help. */
    boolean isOfData() {
        return kind == Kind.UNREADABLE || kind == Kind.VALUE;
    }

    BatchException toBatchException(SQLException cause) {
        return switch (kind) {
            case TIMEOUT ->
                BatchException.pause("query_timeout", "the queries took longer than they may (caravan.sql.time-limit)");
            case MEMORY ->
                BatchException.pause(
                        "query_out_of_memory", "the queries need more memory than they may (caravan.sql.memory-limit)");
            case DISK_FULL -> BatchException.retry("disk_full", "no space is left for temporary files", cause);
            case DISK -> BatchException.retry("disk_error", sentence, cause);
            case ENGINE -> BatchException.pause("sql_engine", sentence);
            case UNREADABLE, VALUE, QUERY -> BatchException.pause("sql_error", sentence);
        };
    }
}
