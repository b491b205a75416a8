package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ExpressionsTest {
    @Test
    void aJsonArrayIsTakenAsItIs() {
        assertThat(Expressions.parse(" [\"a, b\", \"strftime(ts, '%Y') AS y\"] "))
                .containsExactly("a, b", "strftime(ts, '%Y') AS y");
    }

    @Test
    void commasInQuotesAndBracketsDoNotSplit() {
        assertThat(Expressions.parse("strftime(ts, '%Y, %m') AS day, country , \"odd, name\", l[1, 2]"))
                .containsExactly("strftime(ts, '%Y, %m') AS day", "country", "\"odd, name\"", "l[1, 2]");
    }

    @Test
    void nothingIsAnEmptyList() {
        assertThat(Expressions.parse("  ")).isEmpty();
        assertThat(Expressions.parse("[]")).isEmpty();
    }

    @Test
    void brokenJsonIsRefused() {
        assertThatThrownBy(() -> Expressions.parse("[\"a\"")).hasMessageContaining("not a JSON array");
    }
}
