package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.batch.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
    private static final Instant LATE = Instant.parse("2026-12-31T23:59:59.999Z");
    private static final OffsetRange RANGE = new OffsetRange("orders", 3, 100, 199);

    @Test
    void aKeyNamesTopicPartitionAndBothOffsets() {
        assertThat(ObjectKey.of("lake", RANGE, LATE, "", ".parquet"))
                .isEqualTo("lake/orders-3-00000000000000000100-00000000000000000199.parquet");
    }

    @Test
    void whatIsReadAgainHasTheGenerationInItsName() {
        assertThat(ObjectKey.of("lake", RANGE, 2, null, LATE, "", ".parquet"))
                .isEqualTo("lake/orders-3-00000000000000000100-00000000000000000199-g2.parquet");
        assertThat(ObjectKey.of("lake", RANGE, 1, null, LATE, "", ".parquet"))
                .isEqualTo(ObjectKey.of("lake", RANGE, LATE, "", ".parquet"));
    }

    @Test
    void theSlashAfterAPrefixMayBeLeftOut() {
        assertThat(ObjectKey.of("lake/", RANGE, LATE, "", ".csv"))
                .isEqualTo(ObjectKey.of("lake", RANGE, LATE, "", ".csv"));
        assertThat(ObjectKey.of("", RANGE, LATE, "", ".csv")).startsWith("orders-3-");
    }

    @Test
    void hiveFoldersStandBetweenPrefixAndName() {
        assertThat(ObjectKey.of("lake", RANGE, LATE, "day=2026-01-01/country=CH", ".ndjson.gz"))
                .isEqualTo("lake/day=2026-01-01/country=CH/"
                        + "orders-3-00000000000000000100-00000000000000000199.ndjson.gz");
    }

    @Test
    void datePatternsStandForTheBatchTimeInUtc() {
        assertThat(ObjectKey.of("a/dt={yyyy-MM-dd}/h={HH}/{uuuu/MM}", RANGE, LATE, "", ".csv"))
                .startsWith("a/dt=2026-12-31/h=23/2026/12/orders-");
    }

    @Test
    void listingsSortByOffset() {
        List<String> keys = IntStream.of(0, 9, 10, 99, 100, 1_000_000)
                .mapToObj(first -> ObjectKey.of("", new OffsetRange("t", 0, first, first), LATE, "", ".csv"))
                .toList();
        assertThat(keys).isSorted();
        assertThat(ObjectKey.of("", new OffsetRange("t", 0, Long.MAX_VALUE, Long.MAX_VALUE), LATE, "", ".csv"))
                .isGreaterThan(keys.get(5));
    }

    @Test
    void aKeyThatIsTooLongOrLeavesItsPlaceIsRefused() {
        assertThatThrownBy(() -> ObjectKey.of("a", RANGE, LATE, "c=" + "x".repeat(1000), ".csv"))
                .hasMessageContaining("longer than 1024 bytes");
        assertThatThrownBy(() -> ObjectKey.of("a", RANGE, LATE, "..", ".csv")).hasMessageContaining("'..'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a/b/",
                "orders/dt={yyyy-MM-dd}",
                "{yyyy/MM/dd/HH}",
                "y={yyyy}/m={MM}/d={dd}",
                "a.b/c..d",
                "it's_(ok)*!"
            })
    void usablePrefixesAreAccepted(String prefix) {
        assertThat(ObjectKey.checkPrefix(prefix)).isEmpty();
        assertThat(ObjectKey.of(prefix, RANGE, LATE, "", ".csv")).doesNotContain("{", "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a",
                "a//b",
                "..",
                "../a",
                "a/../b",
                "a/./b",
                "a b",
                "ä",
                "a\nb",
                "a?b",
                "a%2e",
                "{",
                "a}b",
                "{{yyyy}}",
                "{}",
                "{YYYY}",
                "{yyyy'x'}",
                "{-}",
                "{dddddddddd}",
                "{../yyyy}"
            })
    void otherPrefixesAreRefusedWithAReason(String prefix) {
        assertThat(ObjectKey.checkPrefix(prefix)).isPresent();
    }

    @Test
    void aVeryLongPrefixIsRefused() {
        assertThat(ObjectKey.checkPrefix("a".repeat(513)))
                .hasValueSatisfying(text -> assertThat(text).contains("512"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lake", "my-lake.1", "abc"})
    void usableBucketsAreAccepted(String bucket) {
        assertThat(ObjectKey.checkBucket(bucket)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "Lake", "la_ke", "-lake", "lake-", "a..b", "10.0.0.1", "a/b", "lake\n"})
    void otherBucketsAreRefused(String bucket) {
        assertThat(ObjectKey.checkBucket(bucket)).isPresent();
    }
}
