package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import dev.caravan.operation.EventCheck.Verdict;
import dev.caravan.web.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick look never finds right what the parser does not, and does find right what most events are like. */
class PlainEventsTest {
    private static final Map<String, String> NO_SCHEMA = Map.of();
    private static final List<String> TYPES = List.of(
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "UBIGINT",
            "UHUGEINT",
            "DOUBLE",
            "FLOAT",
            "DECIMAL(5,2)",
            "NUMERIC",
            "BOOLEAN",
            "DATE",
            "TIME",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "UUID",
            "STRUCT(a INT)",
            "MAP(VARCHAR, INT)",
            "INT[]",
            "VARCHAR",
            "JSON",
            "BLOB");
    private static final List<String> VALUES = List.of(
            "0",
            "-0",
            "1",
            "-1",
            "127",
            "128",
            "-128",
            "-129",
            "255",
            "256",
            "32768",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "999999999999999999",
            "1234567890123456789",
            "1e3",
            "1E400",
            "-1e-400",
            "1.0",
            "1.5",
            "0.000001",
            "99999.99",
            "999.99",
            "1234.5",
            "340282366920938463463374607431768211456",
            "3.5e38",
            "true",
            "false",
            "null",
            "\"\"",
            "\"a\"",
            "\"12\"",
            "\"true\"",
            "\"2026-01-02\"",
            "\"2026-01-02T03:04:05Z\"",
            "\"2026-01-02 03:04:05.123+01\"",
            "\"03:04:05\"",
            "\"2026-1\\u0030-02\"",
            "\"123e4567-e89b-12d3-a456-426614174000\"",
            "{}",
            "{\"a\":1}",
            "[]",
            "[1,2]",
            "[1,\"x\"]",
            "\"\u00e9\"",
            "\"\\n\\\"\"",
            "\"\\ud83d\\ude00\"");

    @Test
    void mostEventsAreSeenToBeRight() {
        for (String event : List.of(
                "{}",
                "{ \"a\" : 1 , \"b\" : [ ] }",
                "{\"a\":-1.5e+10,\"b\":[true,false,null,[],{}],\"c\":{\"a\":{\"a\":\"\"}}}",
                "{\"a\":\"\u00e9\u4e2d\ud83d\ude00\",\"\u00e9\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}")) {
            byte[] body = event.getBytes(StandardCharsets.UTF_8);

            assertThat(look(body, NO_SCHEMA, null).end(0)).as(event).isEqualTo(body.length);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[]",
                "1",
                "null",
                "{\"a\":1",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":-}",
                "{\"a\":1e}",
                "{\"a\":1e+}",
                "{\"a\":tru}",
                "{\"a\":truE}",
                "{\"a\":nul",
                "{\"a\":NaN}",
                "{\"a\":[1,]}",
                "{\"a\":[,1]}",
                "{\"a\":[1 2]}",
                "{\"a\":[1}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":2}",
                "{\"o\":{\"a\":1,\"b\":2,\"a\":3}}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\",
                "{\"a\":\"x",
                "{\"a\":\"\\ud800\"}",
                "{\"a\t\":1}",
                "{\"a\":1}}x",
                "{\"a\":1\n}"
            })
    void ofWhatIsWrongNothingIsSaid(String event) {
        byte[] body = event.getBytes(StandardCharsets.UTF_8);
        int end = look(body, NO_SCHEMA, null).end(0);

        assertThat(end < 0 || end < body.length).isTrue();
    }

    @Test
    void whatIsNotUtf8IsLeftToOthers() {
        byte[] body = "{\"a\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(look(body, NO_SCHEMA, null).end(0)).isNegative();
    }

    @Test
    void whatFitsAtAGlanceFitsTheDeclaredType() throws IOException {
        int seen = 0;
        for (String type : TYPES) {
            for (String value : VALUES) {
                seen += requireRightWhenSaid("{\"a\":" + value + "}", Map.of("a", type), null) ? 1 : 0;
            }
        }

        assertThat(seen).isGreaterThan(250);
    }

    @Test
    void theKeyIsTheSameAsTheParsers() throws IOException {
        for (String value : VALUES) {
            requireRightWhenSaid("{\"b\":1,\"a\": " + value + " ,\"c\":2}", NO_SCHEMA, "a");
        }
    }

    /** Pieces of JSON in any order: mostly wrong, and now and then something that only looks like it. */
    @Test
    void nothingThatIsPutTogetherByChanceIsSeenToBeRightAndIsNot() throws IOException {
        List<String> pieces = List.of(
                "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"a\":", "\"b\":1", "1", "-", "0", ".5", "e1", "true",
                "null", "\"", "\\", "\\u0061", "\\ud83d", "\u00e9", " ", "\t", "\r", "x", "{}", "[]", "\"\\n\"");
        Random random = new Random(7);
        int right = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder event = new StringBuilder("{\"a\":");
            for (int left = random.nextInt(7); left > 0; left--) {
                event.append(pieces.get(random.nextInt(pieces.size())));
            }
            right += requireRightWhenSaid(event.append('}').toString(), NO_SCHEMA, "b") ? 1 : 0;
        }

        assertThat(right).isGreaterThan(1_000);
    }

    /** The same bytes changed here and there. */
    @Test
    void nothingThatWasChangedByChanceIsSeenToBeRightAndIsNot() throws IOException {
        byte[] event = "{\"id\":12,\"v\":\"a\u00e9\\n\",\"o\":{\"x\":[1.5,true,null]},\"t\":\"2026-01-02\"}"
                .getBytes(StandardCharsets.UTF_8);
        Map<String, String> schema = new LinkedHashMap<>(Map.of("id", "INTEGER", "t", "DATE", "o", "STRUCT(x INT[])"));
        Random random = new Random(8);
        for (int i = 0; i < 200_000; i++) {
            byte[] changed = event.clone();
            for (int left = 1 + random.nextInt(2); left > 0; left--) {
                changed[random.nextInt(changed.length)] = event[random.nextInt(event.length)];
            }
            requireRightWhenSaid(changed, schema, "v");
        }
    }

    /** What was found of the names of one event is not taken for true of another one that is alike. */
    @Test
    void eachEventIsLookedAtAsIfItWereTheFirst() {
        List<String> events = List.of(
                "{\"a\":[{\"x\":1},{\"x\":2}],\"b\":1}",
                "{\"a\":[{\"x\":1,\"x\":2}],\"b\":1}",
                "{\"a\":[{\"x\":1},{\"x\":2}],\"b\":\"1\"}",
                "{\"a\":[{\"x\":1}],\"x\":2,\"b\":1}",
                "{\"a\":1,\"b\":1}",
                "{\"a\":{\"b\":\"z\"}}",
                "{\"a\":{\"b\":\"z\",\"b\":1}}",
                "{xa\":1}",
                "{\"b\":1,\"a\":1}",
                "{\"b\":1,\"b\":1}",
                "{\"b\":1,\"é\":\"é\",\"c\":2}",
                "{\"b\":1}");
        Map<String, String> schema = Map.of("b", "INTEGER", "x", "DATE");
        for (String before : events) {
            for (String last : events) {
                byte[] both = (before + last).getBytes(StandardCharsets.UTF_8);
                int from = before.getBytes(StandardCharsets.UTF_8).length;
                PlainEvents look = look(both, schema, "b");
                int end = look.end(0);
                assertThat(end).isIn(PlainEvents.NOTHING_SAID, from);
                PlainEvents alone = look(last.getBytes(StandardCharsets.UTF_8), schema, "b");
                int right = alone.end(0);

                assertThat(look.end(from)).as(before + " " + last).isEqualTo(right < 0 ? right : from + right);
                assertThat(right < 0 || Arrays.equals(look.key(), alone.key())).isTrue();
            }
        }
    }

    private static boolean requireRightWhenSaid(String event, Map<String, String> schema, @Nullable String keyField)
            throws IOException {
        return requireRightWhenSaid(event.getBytes(StandardCharsets.UTF_8), schema, keyField);
    }

    private static boolean requireRightWhenSaid(byte[] body, Map<String, String> schema, @Nullable String keyField)
            throws IOException {
        PlainEvents look = look(body, schema, keyField);
        int end = look.end(0);
        if (end < 0) {
            return false;
        }
        String event = new String(body, 0, end, StandardCharsets.UTF_8);
        assertThat(StrictJson.textFault(body, 0, end)).as(event).isNull();
        try (JsonParser at = StrictJson.parser(body, 0, end)) {
            at.nextToken();
            Verdict verdict = new EventCheck(schema).verdict(at, keyField);
            assertThat(verdict.refusal()).as(event + schema).isNull();
            assertThat(Arrays.equals(look.key(), verdict.key())).as(event).isTrue();
            assertThat(at.nextToken()).as(event).isNull();
        }
        return true;
    }

    private static PlainEvents look(byte[] body, Map<String, String> schema, @Nullable String keyField) {
        byte[] key = keyField == null ? null : keyField.getBytes(StandardCharsets.UTF_8);
        return new PlainEvents(body, new EventCheck(schema).columns(), key, false);
    }
}
