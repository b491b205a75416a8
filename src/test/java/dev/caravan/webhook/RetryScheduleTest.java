package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    @Test
    void sixMoreAttemptsFollowTheFirst() {
        List<Duration> pauses = IntStream.rangeClosed(1, 6)
                .mapToObj(attempt -> RetrySchedule.after(attempt).orElseThrow())
                .toList();
        assertThat(pauses)
                .containsExactly(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(30),
                        Duration.ofHours(2),
                        Duration.ofHours(5),
                        Duration.ofHours(10));
    }

    @Test
    void nothingFollowsTheSeventh() {
        assertThat(RetrySchedule.after(7)).isEmpty();
        assertThat(RetrySchedule.after(100)).isEmpty();
    }
}
