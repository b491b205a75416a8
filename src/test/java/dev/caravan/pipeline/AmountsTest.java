package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AmountsTest {
    @Test
    void sizesHaveBinaryAndDecimalUnits() {
        assertThat(Amounts.bytes("64MiB")).isEqualTo(64L << 20);
        assertThat(Amounts.bytes("1 GB")).isEqualTo(1_000_000_000L);
        assertThat(Amounts.bytes("999999999999999GiB")).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> Amounts.bytes("64mib")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void durationsHaveOneUnit() {
        assertThat(Amounts.duration("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Amounts.duration("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThatThrownBy(() -> Amounts.duration("5 minutes")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theyAreWrittenAsPeopleWriteThem() {
        assertThat(Amounts.write(64L << 20)).isEqualTo("64MiB");
        assertThat(Amounts.write(1_500_000L)).isEqualTo("1500KB");
        assertThat(Amounts.write(Duration.ofSeconds(30))).isEqualTo("30s");
        assertThat(Amounts.write(Duration.ofMillis(1500))).isEqualTo("1500ms");
    }

    @Property
    void aSizeThatIsWrittenIsReadAgain(@ForAll @LongRange(min = 0, max = 1L << 40) long bytes) {
        assertThat(Amounts.bytes(Amounts.write(bytes))).isEqualTo(bytes);
    }

    @Property
    void aDurationThatIsWrittenIsReadAgain(@ForAll @LongRange(min = 0, max = 1L << 40) long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(Amounts.duration(Amounts.write(duration))).isEqualTo(duration);
    }
}
