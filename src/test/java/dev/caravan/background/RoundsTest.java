package dev.caravan.background;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final Duration SOON = Duration.ofMillis(1);
    private final CountDownLatch twice = new CountDownLatch(2);
    private Rounds rounds = Rounds.of("test");

    @AfterEach
    void stop() {
        rounds.stop();
    }

    @Test
    void workComesRoundAfterARoundThatFailed() throws Exception {
        rounds.every(SOON, () -> {
            twice.countDown();
            throw new IllegalStateException("not today");
        });
        assertThat(rounds.running()).isFalse();
        rounds.start();
        assertThat(rounds.running()).isTrue();
        assertThat(twice.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatRunsIsInterruptedByAStopAndEndsWithAFinish() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        rounds.every(Duration.ZERO, Duration.ofHours(1), () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
            ended.countDown();
        });
        rounds.start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        rounds.stop();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted).isTrue();
        assertThat(rounds.running()).isFalse();
    }

    @Test
    void whatRunsComesToItsEndAfterAFinish() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch finished = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        rounds.every(Duration.ZERO, Duration.ofHours(1), () -> {
            begun.countDown();
            try {
                finished.await();
                ended.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        rounds.start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        rounds.finish();
        finished.countDown();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void afterAStopItMayStartAgain() throws Exception {
        rounds.every(SOON, twice::countDown);
        rounds.start();
        rounds.stop();
        rounds.now(() -> {
            throw new AssertionError("nothing is done after the stop");
        });
        rounds.start();
        assertThat(twice.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
