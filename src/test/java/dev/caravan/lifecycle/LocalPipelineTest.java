package dev.caravan.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.SettableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LocalPipelineTest {
    private final Clock clock = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    @Test
    void aStartThatFailedIsDueWhateverTheBrokerSaysMeanwhile() {
        LocalPipeline local =
                new LocalPipeline("pl_1", "orders", "orders-topic", Duration.ZERO, Desired.Run.NONE, clock);
        local.delayed("route.not_compiled", "no such Kamelet", Duration.ZERO);

        local.brokerTrouble(LocalPipeline.TOPIC_MISSING, "no such topic", Duration.ofSeconds(5));

        assertThat(local.tryStartAgain()).isTrue();
        assertThat(local.report().reason()).isEqualTo("route.not_compiled");
    }

    @Test
    void whileTheBrokerIsAwayItIsStalled() {
        SettableClock time = new SettableClock();
        LocalPipeline local =
                new LocalPipeline("pl_1", "orders", "orders-topic", Duration.ZERO, Desired.Run.NONE, time);
        assertThat(local.stalled()).isZero();

        local.brokerAway("Kafka cannot be reached");
        time.pass(Duration.ofSeconds(20));
        local.brokerAway("Kafka cannot be reached");
        time.pass(Duration.ofSeconds(20));
        assertThat(local.stalled()).isEqualTo(Duration.ofSeconds(40));

        local.brokerFine();
        assertThat(local.stalled()).isZero();
    }
}
