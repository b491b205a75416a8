package dev.caravan.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that get one member more. */
class RowJsonTest {
    private static String with(String row, String value) {
        return new String(RowJson.with(row.getBytes(UTF_8), "signal", value.getBytes(UTF_8)), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{} ~ {'signal':1.50}",
                "{ } ~ {'signal':1.50}",
                "{'a':1} ~ {'a':1,'signal':1.50}",
                "{ 'a' : 1.000 , 'b' : [ 1 , 2 ] } ~ {'a' : 1.000,'b' : [ 1 , 2 ],'signal':1.50}",
                "{'a':'x,} ','b':{'signal':2}} ~ {'a':'x,} ','b':{'signal':2},'signal':1.50}",
                "{'signal':{'old':[1]},'a':1} ~ {'a':1,'signal':1.50}",
                "{'a':1, 'signal' : 'old' } ~ {'a':1,'signal':1.50}",
                "{'signal':1,'a':2,'s\\u0069gnal':3,'b':4} ~ {'a':2,'b':4,'signal':1.50}",
                "{'signal':null} ~ {'signal':1.50}",
                "{'ü\uD83D\uDE00':'é','n':-1E+400,'z':true} ~ {'ü\uD83D\uDE00':'é','n':-1E+400,'z':true,'signal':1.50}"
            })
    void theOthersStayAsTheyAreWritten(String row, String expected) {
        assertThat(with(row.replace('\'', '"'), "1.50")).isEqualTo(expected.replace('\'', '"'));
    }

    @Test
    void nothingIsTooLongOrTooDeep() {
        String row = "{\"digits\":" + "7".repeat(5_000) + ",\"deep\":" + "[".repeat(1_900) + "]".repeat(1_900) + "}";
        assertThat(with(row, "{\"x\":0.10}"))
                .isEqualTo(row.substring(0, row.length() - 1) + ",\"signal\":{\"x\":0.10}}");
    }

    @Test
    void numbersOfATreeKeepTheirDigits() throws Exception {
        String json = "{\"a\":12345678901234567890.123456789012345678,\"b\":0.10,\"c\":1E+400,\"d\":7}";
        assertThat(new String(RowJson.write(RowJson.read(json.getBytes(UTF_8))), UTF_8))
                .isEqualTo(json);
    }
}
