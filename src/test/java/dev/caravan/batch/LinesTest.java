package dev.caravan.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LinesTest {
    private static final int MANY = 5_000; // several of its arrays

    private final Lines lines = new Lines();

    @Test
    void everyLineKeepsWhatWasSaidOfIt() {
        for (int i = 0; i < MANY; i++) {
            lines.add(10L + i, 1_000L + i, 7L * (i + 1), i % 2 == 0 ? -1 : i);
        }

        assertThat(lines.size()).isEqualTo(MANY);
        for (int i = 0; i < MANY; i++) {
            assertThat(lines.offset(i)).isEqualTo(10L + i);
            assertThat(lines.timestamp(i)).isEqualTo(1_000L + i);
            assertThat(lines.start(i)).isEqualTo(7L * i);
            assertThat(lines.end(i)).isEqualTo(7L * (i + 1));
            assertThat(lines.side(i)).isEqualTo(i % 2 == 0 ? -1 : i);
        }
    }

    @Test
    void aLineThatIsNotThereIsRefused() {
        lines.add(0, 0, 1, -1);

        assertThatThrownBy(() -> lines.offset(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
