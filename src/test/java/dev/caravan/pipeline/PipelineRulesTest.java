package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineRulesTest {
    private static final KameletCatalog CATALOG = KameletCatalog.load(null);
    private static final String STEPS = """
            steps:
              - name: lake
                kamelet: s3-sink
                properties: {bucket: lake}
            """;

    private final PipelineRules rules = new PipelineRules(CATALOG, spec -> List.of());

    @Test
    void aWholeDocumentIsRead() {
        PipelineSpec spec = read("""
                name: orders
                description: Paid orders
                options:
                  event: orders-topic
                  start_from: latest
                  batch: {max_events: 10, max_bytes: 2MiB, max_interval: 500ms}
                  consumers: 3
                schema: {order_id: BIGINT, tags: "VARCHAR[]", at: TIMESTAMP WITH TIME ZONE}
                steps:
                  - name: paid
                    kamelet: sql-transform-action
                    properties: {query: "SELECT * FROM events"}
                  - name: lake
                    kamelet: s3-sink
                    properties: {bucket: lake, row_group_size: 4096, partition_by: ["currency"]}
                """);
        assertThat(spec.options())
                .isEqualTo(new PipelineOptions(
                        "orders-topic",
                        StartFrom.LATEST,
                        new BatchLimits(10, 2 << 20, Duration.ofMillis(500)),
                        3,
                        RunMode.BATCH,
                        Duration.ofMinutes(5),
                        null));
        assertThat(spec.schema())
                .containsExactly(
                        Map.entry("order_id", "BIGINT"),
                        Map.entry("tags", "VARCHAR[]"),
                        Map.entry("at", "TIMESTAMP WITH TIME ZONE"));
        assertThat(spec.steps())
                .containsExactly(
                        new Step("paid", "sql-transform-action", Map.of("query", "SELECT * FROM events")),
                        new Step(
                                "lake",
                                "s3-sink",
                                Map.of("bucket", "lake", "row_group_size", 4096, "partition_by", List.of("currency"))));
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        PipelineSpec spec = read("name: orders\n" + STEPS);
        assertThat(spec.options()).isEqualTo(PipelineOptions.DEFAULTS);
        assertThat(spec.schema()).isEmpty();
        assertThat(spec.description()).isNull();
    }

    @Test
    void aFaultInAFileHasLineAndColumnAndTheNearestName() {
        assertThat(faults("""
                name: orders
                steps:
                  - name: lake
                    kamelet: s3-sink
                    lable: x
                    properties: {bucket: lake, comprssion: zstd}
                """))
                .containsExactly(
                        "5:5 /steps/0/lable: unknown field 'lable': known are name, kamelet, properties",
                        "6:32 /steps/0/properties/comprssion: unknown field 'comprssion', did you mean 'compression'?");
    }

    @Test
    void allFaultsComeAtOnceInTheOrderOfTheText() {
        assertThat(faults("""
                name: Orders
                nmae: orders
                batch: {max_events: 1}
                max_interval: 5s
                options:
                  event: orders topic
                  start_from: erliest
                  batch: {max_events: 0, max_bytes: 64 megs, max_interval: 2h}
                  consumers: "2"
                schema:
                  _offset: BIGINT
                  amount: DUOBLE
                steps:
                  - name: paid
                    kamelet: sql-transform
                  - name: paid
                    kamelet: sql-transform-action
                    properties: {query: ""}
                  - name: jq
                    kamelet: jq-transform-action
                """))
                .containsExactly(
                        "1:1 /name: 'Orders' is not accepted here: write lower-case letters, digits and hyphens,"
                                + " a letter first, at most 63",
                        "2:1 /nmae: unknown field 'nmae', did you mean 'name'?",
                        "3:1 /batch: unknown field 'batch' here: it belongs under 'options'",
                        "4:1 /max_interval: unknown field 'max_interval' here: it belongs under 'options' / 'batch'",
                        "6:3 /options/event: 'orders topic' is not accepted here: write a Kafka topic: letters, digits,"
                                + " '.', '_' and '-', at most 249, not '.' or '..'",
                        "7:3 /options/start_from: 'erliest' is not known: write earliest or latest;"
                                + " did you mean 'earliest'?",
                        "8:11 /options/batch/max_events: '0' is too small: at least 1",
                        "8:26 /options/batch/max_bytes: '64 megs' is not accepted here: write a size such as 64MiB",
                        "8:46 /options/batch/max_interval: must be between 100ms and 1h",
                        "9:3 /options/consumers: must be a whole number, not text",
                        "11:3 /schema/_offset: '_offset' is reserved: give the column another name",
                        "12:3 /schema/amount: unknown type 'DUOBLE', did you mean 'DOUBLE'?",
                        "15:5 /steps/0/kamelet: unknown Kamelet 'sql-transform', did you mean 'sql-transform-action'?",
                        "16:5 /steps/1/name: two steps are named 'paid': rename one",
                        "18:18 /steps/1/properties/query: must not be empty",
                        "19:5 /steps/2: field 'expression' is missing: write 'expression:"
                                + " select(.amount > 10) | {order_id, gross: (.amount * 1.2)}'",
                        "20:5 /steps/2/kamelet: jq-transform-action is not a sink: the last step must be one,"
                                + " such as s3-sink");
    }

    @Test
    void missingFieldsAreSaidWithWhatToWrite() {
        assertThat(faults("description: nothing else\n"))
                .containsExactly(
                        "1:1 field 'name' is missing: write 'name: orders'",
                        "1:1 field 'steps' is missing: write 'steps: […]'");
        assertThat(faults("just text\n")).containsExactly("1:1 must be a map of fields, not text");
        assertThat(faults("name: orders\noptions:\n" + STEPS))
                .containsExactly("2:1 /options: must be a map of fields, not empty");
        assertThat(faults("name: orders\nsteps: []\n")).containsExactly("2:1 /steps: must not be empty");
        assertThat(faults("name: orders\nsteps: [lake]\n"))
                .containsExactly("2:9 /steps/0: must be a map of fields, not text");
    }

    @Test
    void stepsStandWhereTheirKameletCan() {
        assertThat(faults("""
                name: orders
                steps:
                  - {name: in, kamelet: kafka-batch-source, properties: {pipeline: a, topic: b, group: c}}
                  - {name: first, kamelet: s3-sink, properties: {bucket: lake}}
                  - {name: second, kamelet: kafka-sink, properties: {topic: paid}}
                """))
                .containsExactly(
                        "3:16 /steps/0/kamelet: kafka-batch-source is a source, not a step:"
                                + " name the topic in options / event",
                        "4:19 /steps/1/kamelet: s3-sink is a sink: a pipeline has one, as its last step");
    }

    @Test
    void aValueThatCaravanGivesCannotBeWritten() {
        assertThat(faults("""
                name: orders
                steps:
                  - {name: paid, kamelet: sql-transform-action, properties: {query: SELECT 1, step: other}}
                  - {name: lake, kamelet: s3-sink, properties: {bucket: lake}}
                """)).singleElement().asString().contains("/steps/0/properties/step: unknown field 'step'");
    }

    @Test
    void columnsDifferInMoreThanCase() {
        assertThat(faults("name: orders\nschema: {id: BIGINT, ID: BIGINT, \"a\\u0001\": INT}\n" + STEPS))
                .containsExactly(
                        "2:22 /schema/ID: two columns differ only in the case of 'ID'",
                        "2:34 /schema/a\u0001: 'a\u0001' is not accepted as a name: write 1 to 255 characters without"
                                + " '\"' and control characters");
    }

    @Test
    void namesOfTablesAndScopesAreNotStepNames() {
        assertThat(faults("name: orders\n" + STEPS.replace("name: lake", "name: messages")))
                .containsExactly("3:5 /steps/0/name: 'messages' is reserved: give the step another name");
    }

    @Test
    void theDeeperCheckIsAskedOnceTheRestIsRight() {
        List<PipelineSpec> asked = new ArrayList<>();
        PipelineRules checked = new PipelineRules(CATALOG, spec -> {
            asked.add(spec);
            return List.of(new Violation("/steps/0/properties/query", "does not bind"));
        });
        assertThat(faults(checked, "name: Orders\n" + STEPS)).hasSize(1);
        assertThat(asked).isEmpty();
        assertThat(faults(checked, "name: orders\n" + STEPS))
                .containsExactly("5:5 /steps/0/properties/query: does not bind");
        assertThat(asked).hasSize(1);
    }

    @Test
    void valuesOfStepsAreLookedAtThoughTheRestIsNotRight() {
        PipelineRules checked = new PipelineRules(CATALOG, new PipelineCheck() {
            @Override
            public List<Violation> check(PipelineSpec spec) {
                throw new AssertionError("the document is not right");
            }

            @Override
            public List<Violation> check(String at, Step step) {
                return List.of(new Violation(at, "of " + step.name()));
            }
        });
        assertThat(faults(checked, """
                name: Orders
                steps:
                  - name: bad
                    kamelet: sql-transform-action
                    properties: {query: ""}
                  - name: unknown
                    kamelet: sql-action
                    properties: {query: SELECT 1}
                  - name: empty
                    kamelet: jq-transform-action
                  - name: lake
                    kamelet: s3-sink
                    properties: {bucket: lake}
                """))
                .extracting(fault -> fault.replaceFirst("^\\S+ ", "").split(":", 2)[0])
                .containsExactly(
                        "/name", "/steps/0/properties/query", "/steps/1/kamelet", "/steps/2", "/steps/3/properties");
    }

    @Test
    void aParsedDocumentHasPathsWithoutPlaces() throws Exception {
        PipelineDocument document =
                PipelineDocument.of(new ObjectMapper().readTree("{\"name\":\"orders\",\"steps\":[{\"kamelet\":7}]}"));
        Problem problem = catchThrowableOfType(Problem.class, () -> rules.read(document));
        assertThat(problem.reason()).isEqualTo(PipelineReason.INVALID);
        assertThat(problem.violations())
                .extracting(Violation::toString)
                .containsExactlyInAnyOrder(
                        "/steps/0: field 'name' is missing: write 'name: paid'",
                        "/steps/0/kamelet: must be text, not a whole number");
    }

    private PipelineSpec read(String text) {
        return rules.read(PipelineDocument.parse(text, "orders.yaml"));
    }

    private List<String> faults(String text) {
        return faults(rules, text);
    }

    private static List<String> faults(PipelineRules rules, String text) {
        Problem problem =
                catchThrowableOfType(Problem.class, () -> rules.read(PipelineDocument.parse(text, "orders.yaml")));
        return problem.violations().stream().map(Violation::toString).toList();
    }
}
