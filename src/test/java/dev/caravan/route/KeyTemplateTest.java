package dev.caravan.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.caravan.batch.Header;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Event keys made of rows, and headers kept as text. */
class KeyTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "payment:{id} ~ {\"id\": 42} ~ payment:42",
                "{a.b}-{c} ~ {\"a\": {\"b\": \"x\"}, \"c\": true} ~ x-true",
                "{n} ~ {\"n\": 1e2} ~ 100",
                "{n} ~ {\"n\": 1.50} ~ 1.5",
                "{n} ~ {\"n\": 1e999999999} ~ 1E+999999999",
                "{n} ~ {\"n\": -1.5e-2000000000} ~ -1.5E-2000000000",
                "{n} ~ {\"n\": 100e2147483647} ~ 1.00E+2147483649",
                "{n} ~ {\"n\": 0.12345678901234567890123} ~ 0.12345678901234567890123"
            })
    void fieldsStandInTheirPlaces(String template, String row, String key) throws Exception {
        assertThat(KeyTemplate.parse(template).of(RowJson.read(row.getBytes(UTF_8))))
                .contains(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"id\": null}", "{\"id\": []}", "{\"id\": {}}"})
    void withoutItsFieldARowHasNoKey(String row) throws Exception {
        assertThat(KeyTemplate.parse("a{id}").of(RowJson.read(row.getBytes(UTF_8))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "{", "a}", "{}", "{a..b}", "{a{b}}"})
    void otherTextIsRefused(String template) {
        assertThatIllegalArgumentException().isThrownBy(() -> KeyTemplate.parse(template));
    }

    @Test
    void headersComeBackByteForByte() {
        List<Header> headers = List.of(
                new Header("a=,\u0000", new byte[] {0, -1}), new Header("", null), new Header("b", new byte[0]));

        List<Header> read = HeaderText.read(HeaderText.write(headers));

        assertThat(read).extracting(Header::name).containsExactly("a=,\u0000", "", "b");
        assertThat(read.get(0).value()).containsExactly(0, -1);
        assertThat(read.get(1).value()).isNull();
        assertThat(read.get(2).value()).isEmpty();
        assertThat(HeaderText.read(null)).isEmpty();
    }
}
