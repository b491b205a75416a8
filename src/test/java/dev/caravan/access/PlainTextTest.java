package dev.caravan.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Type", "a b", "~", "\u00e9\u00ff", "\u4e2d", "\ud83d\ude00"})
    void assignedCharactersAreLetThrough(String text) {
        assertThat(PlainText.isName(text)).isTrue();
        assertThat(PlainText.isValue(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "a\nb", "a\r", "\u001f", "\u007f", "\u0085", "a\u0378"})
    void controlCharactersAndUnassignedOnesAreNot(String text) {
        assertThat(PlainText.isName(text)).isFalse();
        assertThat(PlainText.isValue(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb", "\t"})
    void aTabIsPartOfAValueAndNotOfAName(String text) {
        assertThat(PlainText.isName(text)).isFalse();
        assertThat(PlainText.isValue(text)).isTrue();
    }
}
