package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void yamlAndJsonGiveTheSameTree() throws Exception {
        String json = """
                {"name": "orders", "on": true, "none": null, "n": [1, -2.50, 12345678901, 123456789012345678901, 1e3],
                \t"text": "a\\n\\u00e9\\ud83d\\ude00", "yes": "no"}
                """;
        String yaml = """
                name: orders
                on: true
                none: ~
                n: [1, -2.50, 12345678901, 123456789012345678901, 1e3]
                text: "a\\n\\u00e9\\U0001F600"
                yes: no
                """;
        assertThat(read(yaml, "a.yaml")).isEqualTo(read(json, "a.json"));
        assertThat(read(json, null)).isEqualTo(read(json, "a.json"));
        assertThat(read(yaml, null)).isEqualTo(read(yaml, "a.yaml"));
    }

    @Test
    void blockTextKeepsItsLines() throws Exception {
        assertThat(JSON.readTree(read("query: |\n  SELECT 1\n  FROM events\n", "a.yaml"))
                        .path("query")
                        .asText())
                .isEqualTo("SELECT 1\nFROM events\n");
    }

    @Test
    void aTextThatIsNoYamlSaysWhere() {
        assertThat(faults("name: orders\n  steps: []\n", "a.yaml"))
                .containsExactly("2:8 is not YAML: mapping values are not allowed here");
        assertThat(faults("name: [\n", "a.yaml")).singleElement().asString().startsWith("2:1 is not YAML");
        assertThat(faults("\tname: x\n", "a.yaml")).singleElement().asString().startsWith("1:1 is not YAML");
    }

    @Test
    void aTextThatIsNoJsonSaysWhere() {
        assertThat(faults("{\"name\": orders}", "a.json"))
                .singleElement()
                .asString()
                .startsWith("1:")
                .contains("is not JSON");
        assertThat(faults("{\"a\": 1} {\"a\": 2}", "a.json"))
                .containsExactly("1:10 a file holds one pipeline: something follows it");
        assertThat(faults("{\"a\": 1", "a.json")).singleElement().asString().contains("is not JSON");
    }

    @Test
    void anEmptyTextIsSaidToBeEmpty() {
        assertThat(faults("", "a.yaml")).containsExactly("1:1 the document is empty");
        assertThat(faults("# nothing\n", "a.yaml")).containsExactly("1:1 the document is empty");
        assertThat(faults("  ", "a.json")).containsExactly("1:1 the document is empty");
    }

    @Test
    void aKeyThatComesTwiceIsAFault() {
        assertThat(faults("a: 1\nb: {c: 1, c: 2}\na: 3\n", "a.yaml"))
                .containsExactly(
                        "2:11 /b/c: field 'c' is there twice: keep one", "3:1 /a: field 'a' is there twice: keep one");
        assertThat(faults("{\"a\": 1,\n \"a\": 2}", "a.json"))
                .containsExactly("2:2 /a: field 'a' is there twice: keep one");
    }

    @Test
    void nothingIsExpandedOrConstructed() {
        assertThat(faults("a: &x 1\nb: *x\n", "a.yaml")).containsExactly("1:4 anchors (&x) are not read");
        assertThat(faults("b: *x\n", "a.yaml")).containsExactly("1:4 aliases (*x) are not read");
        assertThat(faults("a: !!java.net.URL [x]\n", "a.yaml"))
                .singleElement()
                .asString()
                .contains("tags (tag:yaml.org,2002:java.net.URL) are not read");
        assertThat(faults("a: {{topic}}\n", "a.yaml"))
                .containsExactly("1:5 a field's name must be text; a value that starts with '{' needs quotes");
        assertThat(faults("a: 1\n---\nb: 2\n", "a.yaml"))
                .containsExactly("2:1 a file holds one pipeline: '---' starts a second document");
        assertThat(faults("a: .inf\n", "a.yaml"))
                .containsExactly("1:4 '.inf' is no number that JSON has: put it in quotes");
    }

    @Test
    void depthAndSizeHaveALimit() {
        assertThat(faults("[".repeat(64) + "]".repeat(64), "a.yaml").isEmpty()).isTrue();
        assertThat(faults("[".repeat(65) + "]".repeat(65), "a.yaml"))
                .containsExactly("1:65 is nested deeper than 64 levels");
        assertThat(faults("[".repeat(100_000), "a.yaml")).containsExactly("1:65 is nested deeper than 64 levels");
        assertThat(faults("{\"a\":".repeat(100_000), "a.json"))
                .singleElement()
                .asString()
                .contains("nested deeper than 64 levels");
        Problem tooLarge =
                catchThrowableOfType(Problem.class, () -> PipelineDocument.parse("#" + "x".repeat(1 << 20), "a.yaml"));
        assertThat(tooLarge.reason()).isEqualTo(PipelineReason.TOO_LARGE);
        assertThat(faults("a: " + "9".repeat(100_000), "a.yaml")).hasSize(1);
    }

    private static String read(String text, String file) {
        return PipelineDocument.parse(text, file).root().toString();
    }

    private static List<String> faults(String text, String file) {
        Problem problem = catchThrowableOfType(Problem.class, () -> PipelineDocument.parse(text, file));
        return problem == null
                ? List.of()
                : problem.violations().stream().map(Violation::toString).toList();
    }
}
