package dev.caravan.lifecycle;

import static dev.caravan.lifecycle.QuietTopics.Finding.GROWN;
import static dev.caravan.lifecycle.QuietTopics.Finding.NEITHER;
import static dev.caravan.lifecycle.QuietTopics.Finding.QUIET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.lifecycle.Decision.Local;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a topic is quiet, and that whoever sleeps by it wakes. */
class QuietTopicsTest {
    private final QuietTopics topics = new QuietTopics();

    private QuietTopics.Finding look(Local state, int second, long... ends) {
        return topics.look("pl_1", state, ends, Duration.ofSeconds(second).toNanos(), Duration.ofSeconds(5));
    }

    @Test
    void aTopicIsQuietWhenItHasNotGrownForLongEnough() {
        assertThat(look(Local.READING, 0, 1, 1)).isEqualTo(GROWN);
        assertThat(look(Local.READING, 4, 1, 1)).isEqualTo(NEITHER);
        assertThat(look(Local.READING, 5, 1, 2)).isEqualTo(GROWN);
        assertThat(look(Local.READING, 9, 1, 2)).isEqualTo(NEITHER);
        assertThat(look(Local.READING, 10, 1, 2)).isEqualTo(QUIET);
        topics.quietFrom("pl_1", Duration.ofSeconds(10).toNanos());
        assertThat(look(Local.READING, 14, 1, 2)).isEqualTo(NEITHER);
        topics.keepOnly(List.of());
        assertThat(look(Local.READING, 20, 1, 2)).isEqualTo(GROWN);
    }

    @ParameterizedTest
    @EnumSource(
            value = Local.class,
            names = {"NODDING", "NODDED"})
    void whatComesWhileItNodsWakesItWhenItSleeps(Local nods) {
        assertThat(look(Local.READING, 0, 7)).isEqualTo(GROWN);
        assertThat(look(Local.READING, 5, 7)).isEqualTo(QUIET);
        assertThat(look(nods, 6, 8)).isEqualTo(NEITHER);
        assertThat(look(nods, 7, 8)).isEqualTo(NEITHER);
        assertThat(look(Local.IDLE, 8, 8)).isEqualTo(GROWN);
        assertThat(look(Local.READING, 9, 8)).isEqualTo(NEITHER);
    }
}
