package dev.caravan.wait;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a key may be, and which keys start with another. */
class EventKeyTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "payment:42", "a/b", "%", "日本", " "})
    void anyPrintableTextIsAKey(String key) {
        assertThat(EventKey.fault(key)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "stats", ".", "..", "a\u0000", "a\n", "\u007f", "\ud800", "a\udc00b"})
    void otherTextIsNot(String key) {
        assertThat(EventKey.fault(key)).isPresent();
    }

    @Test
    void aKeyHasAtMost512Bytes() {
        assertThat(EventKey.fault("é".repeat(256))).isEmpty();
        assertThat(EventKey.fault("é".repeat(257))).isPresent();
    }

    @Property
    void aRangeHoldsExactlyTheKeysThatStartWithThePrefix(
            @ForAll @StringLength(min = 1, max = 4) String prefix,
            @ForAll @StringLength(min = 1, max = 6) String other) {
        org.assertj.core.api.Assumptions.assumeThat(isText(prefix) && isText(other))
                .isTrue();
        KeyRange range = KeyRange.of(prefix);
        for (String key : new String[] {other, prefix, prefix + other}) {
            boolean inside = compare(key, range.first()) >= 0 && compare(key, range.end()) < 0;
            assertThat(inside).as(key).isEqualTo(key.startsWith(prefix));
        }
    }

    private static boolean isText(String value) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(value);
    }

    /** As PostgreSQL compares under the collation C. */
    private static int compare(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
