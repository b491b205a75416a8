package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a body is sent, and what is said of the rest. */
class EventReaderTest {
    private static final Map<String, String> NO_SCHEMA = Map.of();

    @Test
    void eachLineIsAnEventWithItsOwnBytes() {
        CheckedEvents events = lines("{\"b\": 1.10, \"a\":\"\\u00e9é\"}\r\n\n  \t\n{\"c\":[]}");

        assertThat(values(events)).containsExactly("{\"b\": 1.10, \"a\":\"\\u00e9é\"}", "{\"c\":[]}");
        assertThat(events.fit().get(1).index()).isEqualTo(1);
        assertThat(events.errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1|is not JSON",
                "{\"a\":1} {\"a\":2}|has more than one JSON value",
                "{\"a\":1,\"a\":2}|Duplicate field 'a'",
                "{\"o\":{\"a\":1,\"a\":2}}|Duplicate field 'a'",
                "[1]|is not a JSON object",
                "null|is not a JSON object",
                "{\"a\":NaN}|is not JSON",
                "{\"a\":\"\\ud800\"}|half of a surrogate pair",
                "{'a':1}|is not JSON",
                "{\"a\":01}|is not JSON",
            })
    void aLineThatIsWrongIsRefusedAlone(String line, String reason) {
        CheckedEvents events = lines("{\"x\":1}\n\n" + line + "\n{\"x\":2}\n");

        assertThat(values(events)).containsExactly("{\"x\":1}", "{\"x\":2}");
        assertThat(events.errors()).hasSize(1);
        assertThat(events.errors().get(0).index()).isEqualTo(1);
        assertThat(events.errors().get(0).reason()).startsWith("line 3: ").contains(reason);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] body = "{\"a\":\"\u00e9\"}\n{\"a\":1}".getBytes(StandardCharsets.ISO_8859_1);
        CheckedEvents events = new EventReader(new EventCheck(NO_SCHEMA), null).lines(body);

        assertThat(values(events)).containsExactly("{\"a\":1}");
        assertThat(events.errors().get(0).reason()).contains("not UTF-8");
    }

    @Test
    void otherEncodingsOfUnicodeAreNotGuessed() {
        byte[] body = "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE);

        assertThat(new EventReader(new EventCheck(NO_SCHEMA), null).lines(body).fit())
                .isEmpty();
    }

    @Test
    void nestingEndsAt64Levels() {
        String deepest = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
        CheckedEvents events = lines(deepest + "\n" + deepest.replace("[]", "[[]]"));

        assertThat(values(events)).containsExactly(deepest);
        assertThat(events.errors().get(0).reason()).contains("limit of JSON");
    }

    @Test
    void anArrayGivesItsElements() {
        CheckedEvents events = array(" [ {\"a\": [1, {}]} ,{\"b\":\"é\"},\n{\n}, 7, [], null ] ");

        assertThat(values(events)).containsExactly("{\"a\": [1, {}]}", "{\"b\":\"é\"}", "{\n}");
        assertThat(events.errors()).extracting("index").containsExactly(3, 4, 5);
    }

    @Test
    void linesOfAnArrayEndNothing() {
        CheckedEvents events = array("\n[{\"a\":1} ,\n\t{\"b\":\n[2]}\r\n]\n");

        assertThat(values(events)).containsExactly("{\"a\":1}", "{\"b\":\n[2]}");
        assertThat(events.fit()).extracting("index").containsExactly(0, 1);
        assertThat(events.errors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[{}", "[{}] []", "[{},]", "[{\"a\":1,\"a\":2}]", "nope", "[{\"a\":\"\\udc00\"}"})
    void whatIsNotOneArrayIsRefusedWhole(String body) {
        assertThatThrownBy(() -> array(body)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.reason()).isEqualTo(OperationReason.MALFORMED_EVENTS);
        });
    }

    @Test
    void valuesThatDoNotFitTheDeclaredTypesAreRefused() {
        Map<String, String> schema = Map.of("id", "BIGINT", "at", "TIMESTAMP", "tags", "VARCHAR[]", "n", "TINYINT[]");
        CheckedEvents events = read(
                schema,
                null,
                "{\"id\":9223372036854775807,\"at\":\"2026-01-02\",\"tags\":[\"a\"],\"n\":[1,\"2\",null],\"other\":{}}",
                "{\"id\":9223372036854775808}",
                "{\"id\":\"x\"}",
                "{\"at\":\"yesterday\"}",
                "{\"n\":[1,300,2],\"id\":5}",
                "{\"n\":7}",
                "{\"id\":null,\"at\":null}");

        assertThat(events.fit()).extracting("index").containsExactly(0, 6);
        assertThat(events.errors()).extracting("path").containsExactly("/id", "/id", "/at", "/n", "/n");
    }

    @Test
    void theKeyIsTheValueOfItsField() {
        CheckedEvents events = read(
                Map.of("k", "VARCHAR"),
                "k",
                "{\"k\":\"a\"}",
                "{\"k\":1.50}",
                "{\"k\":{\"x\": [1]},\"z\":1}",
                "{\"k\":null}",
                "{}");

        assertThat(events.fit())
                .extracting(event -> event.key() == null ? null : new String(event.key(), StandardCharsets.UTF_8))
                .containsExactly("a", "1.50", "{\"x\":[1]}", null, null);
    }

    @Test
    void anEventThatIsTooLargeIsRefused() {
        CheckedEvents events = lines("{\"a\":\"" + "x".repeat(EventReader.MAX_BYTES) + "\"}\n{}");

        assertThat(values(events)).containsExactly("{}");
        assertThat(events.errors().get(0).reason()).contains("larger than a message may be");
    }

    @Test
    void moreEventsThanOneCallMayHaveAreRefusedWhole() {
        String body = "{}\n".repeat(EventReader.MAX_EVENTS);

        assertThat(lines(body).fit()).hasSize(EventReader.MAX_EVENTS);
        assertThatThrownBy(() -> lines(body + "{}")).isInstanceOf(Problem.class).hasMessageContaining("50000");
    }

    @Test
    void nodesAreReadLikeLines() throws Exception {
        var nodes = List.of(new ObjectMapper().readTree("{\"id\": \"x\"}"), new ObjectMapper().readTree("{\"id\": 1}"));
        CheckedEvents events = new EventReader(new EventCheck(Map.of("id", "BIGINT")), "id").nodes(nodes);

        assertThat(values(events)).containsExactly("{\"id\":1}");
        assertThat(events.errors()).extracting("path").containsExactly("/id");
    }

    private static CheckedEvents lines(String body) {
        return new EventReader(new EventCheck(NO_SCHEMA), null).lines(body.getBytes(StandardCharsets.UTF_8));
    }

    private static CheckedEvents array(String body) {
        return new EventReader(new EventCheck(NO_SCHEMA), null).array(body.getBytes(StandardCharsets.UTF_8));
    }

    private static CheckedEvents read(Map<String, String> schema, @Nullable String key, String... lines) {
        return new EventReader(new EventCheck(schema), key)
                .lines(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> values(CheckedEvents events) {
        return events.fit().stream()
                .map(event -> new String(event.value(), StandardCharsets.UTF_8))
                .toList();
    }
}
