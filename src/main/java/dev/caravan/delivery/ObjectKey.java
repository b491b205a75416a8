package dev.caravan.delivery;

import dev.caravan.batch.OffsetRange;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * ⑦ of 8: Names objects: {@code <prefix>/[<column>=<value>/]<topic>-<partition>-<first>-<last>.<ext>}. A pure function of the
 * claim and the sink, so that a range done again gets the same name. Offsets have 20 digits, so that listings sort. Date
 * patterns in braces stand for the batch time in UTC: {@code orders/dt={yyyy-MM-dd}}.
 */
public final class ObjectKey {
    private static final int MAX_BYTES = 1024;
    private static final int MAX_PREFIX_BYTES = 512;
    private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern DATE = Pattern.compile("(?=.*[yuMdHms])[yuMdHms/_.=-]+");
    /** Those that Amazon calls safe, and {@code =} for Hive folders. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9!_.*'()=/-]*");

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern IP_ADDRESS = Pattern.compile("\\d+(\\.\\d+){3}");

    private ObjectKey() {}

    /**
     * @param prefix one that {@link #checkPrefix} has nothing to say about
     * @param folder Hive folders without a slash at either end, empty for none
     * @param extension with its dot
     * @throws IllegalArgumentException when the key is longer than S3 takes, or would leave its prefix
     */
    static String of(String prefix, OffsetRange range, Instant batchTime, String folder, String extension) {
        return of(prefix, range, 1, null, batchTime, folder, extension);
    }

    /**
     * @param generation of the partition; what is read again has names of its own
     * @param replay of a claim whose range another one has too; null for a claim of its whole range
     */
    static String of(
            String prefix,
            OffsetRange range,
            int generation,
            @Nullable UUID replay,
            Instant batchTime,
            String folder,
            String extension) {
        String name = range.topic() + "-" + range.partition() + "-" + padded(range.first()) + "-" + padded(range.last())
                + (generation == 1 ? "" : "-g" + generation)
                + (replay == null ? "" : "-replay-" + replay);
        String key = slashed(dated(prefix, batchTime)) + slashed(folder) + name + extension;
        if (key.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the object key is longer than " + MAX_BYTES + " bytes: " + key.substring(0, 80) + "…");
        }
        if (leavesItsPlace(key)) {
            throw new IllegalArgumentException("the object key has a '.' or '..' folder: " + key);
        }
        return key;
    }

    /** What is wrong with a prefix and what to write instead; empty when it can be used. */
    public static Optional<String> checkPrefix(String prefix) {
        Matcher braces = BRACES.matcher(prefix);
        while (braces.find()) {
            Optional<String> wrong = checkDate(braces.group(1));
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        String plain = dated(prefix, Instant.EPOCH);
        if (plain.indexOf('{') >= 0 || plain.indexOf('}') >= 0) {
            return Optional.of("has a brace without its partner; a date pattern looks like {yyyy-MM-dd}");
        }
        if (!SAFE.matcher(plain).matches()) {
            return Optional.of("may have letters, digits and ! _ . * ' ( ) = / - only");
        }
        if (plain.startsWith("/") || plain.contains("//")) {
            return Optional.of("must not start with '/' or contain '//'");
        }
        if (leavesItsPlace(plain)) {
            return Optional.of("must not have '.' or '..' as a folder");
        }
        return prefix.length() > MAX_PREFIX_BYTES
                ? Optional.of("is longer than " + MAX_PREFIX_BYTES + " bytes")
                : Optional.empty();
    }

    /** What is wrong with a bucket's name; empty when it can be used. */
    public static Optional<String> checkBucket(String bucket) {
        boolean valid = BUCKET.matcher(bucket).matches()
                && !bucket.contains("..")
                && !IP_ADDRESS.matcher(bucket).matches();
        return valid
                ? Optional.empty()
                : Optional.of("must be 3 to 63 lower-case letters, digits, hyphens or dots, "
                        + "start and end with a letter or digit, and not be an IP address");
    }

    private static Optional<String> checkDate(String pattern) {
        if (!DATE.matcher(pattern).matches()) {
            return Optional.of("{" + pattern + "} is no date pattern: use y M d H m s with - _ . = / between, "
                    + "such as {yyyy-MM-dd} or {yyyy/MM/dd/HH}");
        }
        try {
            dated("{" + pattern + "}", Instant.EPOCH);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("{" + pattern + "} is no date pattern: " + e.getMessage());
        }
    }

    private static String dated(String prefix, Instant batchTime) {
        return BRACES.matcher(prefix)
                .replaceAll(braces -> Matcher.quoteReplacement(DateTimeFormatter.ofPattern(braces.group(1), Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(batchTime)));
    }

    private static boolean leavesItsPlace(String key) {
        return Pattern.compile("/").splitAsStream(key).anyMatch(part -> part.equals(".") || part.equals(".."));
    }

    private static String slashed(String folder) {
        return folder.isEmpty() || folder.endsWith("/") ? folder : folder + "/";
    }

    private static String padded(long offset) {
        return String.format(Locale.ROOT, "%020d", offset);
    }
}
