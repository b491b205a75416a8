package dev.caravan.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Status;

class DatabaseHealthIndicatorTest {
    @Test
    void aDatabaseThatHangsIsNotWaitedForAndAskedOnce() throws Exception {
        CountDownLatch answers = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        try (DatabaseHealthIndicator indicator = new DatabaseHealthIndicator(() -> {
            asked.incrementAndGet();
            answers.await();
        })) {
            List<Duration> took = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                long start = System.nanoTime();
                assertThat(indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                took.add(Duration.ofNanos(System.nanoTime() - start));
            }
            // the quicker one, so that a machine that stands still for a moment does not decide
            assertThat(Collections.min(took)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
            assertThat(asked).hasValue(1);
            answers.countDown();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(indicator.health().getStatus()).isEqualTo(Status.UP));
        }
    }

    @Test
    void anAnswerIsGoodForMany() {
        AtomicInteger asked = new AtomicInteger();
        try (DatabaseHealthIndicator indicator = new DatabaseHealthIndicator(asked::incrementAndGet)) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            }
            assertThat(asked.get()).isLessThan(100);
        }
    }

    @Test
    void aFailureIsAskedAboutAgain() {
        AtomicInteger asked = new AtomicInteger();
        try (DatabaseHealthIndicator indicator = new DatabaseHealthIndicator(() -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("away");
            }
        })) {
            assertThat(indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
        }
    }
}
