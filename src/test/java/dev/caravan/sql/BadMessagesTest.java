package dev.caravan.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadMessagesTest {
    private static final FileFormat PARQUET =
            new FileFormat(FileFormat.Type.PARQUET, FileFormat.Compression.ZSTD, FileFormat.DEFAULT_ROW_GROUP_SIZE);
    private static final Map<String, String> SCHEMA = new LinkedHashMap<>();

    static {
        SCHEMA.put("id", "BIGINT");
        SCHEMA.put("amount", "DOUBLE");
        SCHEMA.put("tiny", "TINYINT");
        SCHEMA.put("ts", "TIMESTAMP");
        SCHEMA.put("flag", "BOOLEAN");
        SCHEMA.put("text", "VARCHAR");
        SCHEMA.put("o", "STRUCT(k BIGINT, l DOUBLE[])");
    }

    private static SqlGuard guard;

    @TempDir
    private Path directory;

    private SqlEngine engine;
    private final List<String> good = new ArrayList<>();

    @BeforeAll
    static void start() {
        guard = new SqlGuard();
    }

    @AfterAll
    static void stop() {
        guard.close();
    }

    @BeforeEach
    void open() {
        engine = new SqlEngine(directory, SqlSettings.defaults(), guard);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void everyKindOfBadMessageIsNamedAndTheGoodOnesArrive() {
        String tooDeep = "{\"o\":" + "[".repeat(1000) + "]".repeat(1000) + "}";
        byte[][] messages = {
            utf8("{\"id\":0}"),
            utf8("{\"id\":1"),
            utf8("{\"id\":2} {\"id\":2}"),
            utf8("[1,2]"),
            utf8("null"),
            utf8("17"),
            utf8("hello"),
            utf8("{\"id\":7,\"text\":\"?\"}"),
            utf8("{\"id\":\"eight\"}"),
            utf8("{\"id\":9,\"amount\":{}}"),
            utf8("{\"id\":99999999999999999999}"),
            utf8("{\"id\":11,\"tiny\":300}"),
            utf8("{\"id\":12,\"ts\":\"2026-02-30\"}"),
            utf8("{\"id\":13,\"flag\":\"perhaps\"}"),
            utf8("{\"id\":14,\"id\":15}"),
            utf8("{\"id\":15,\"o\":{\"k\":\"x\"}}"),
            utf8("{\"id\":16,\"o\":{\"k\":1,\"l\":[1,\"y\"]}}"),
            utf8("{\"id\":17,\"o\":[]}"),
            utf8(tooDeep),
            utf8(""),
            utf8("  \n "),
            utf8("{\"id\":21,\"ts\":\"2026-01-01T00:00:00Z\",\"o\":{\"k\":null},\"new\":[1]}"),
            utf8("{\"text\":{\"any\":1}}"),
            utf8("{\"id\":\"23\",\"amount\":null}"),
            utf8("{}")
        };
        messages[7][messages[7].length - 3] = (byte) 0xff;
        List<DeadMessage> dead = run(SpoolFixture.ofBytes(directory, Set.of(), messages), "SELECT * FROM events");
        assertThat(dead)
                .extracting(d -> d.line() + " " + d.reason())
                .containsExactly(
                        "1 malformed_json",
                        "2 malformed_json",
                        "3 not_an_object",
                        "4 not_an_object",
                        "5 not_an_object",
                        "6 malformed_json",
                        "7 invalid_utf8",
                        "8 wrong_type",
                        "9 wrong_type",
                        "10 out_of_range",
                        "11 out_of_range",
                        "12 wrong_type",
                        "13 wrong_type",
                        "14 duplicate_key",
                        "15 wrong_type",
                        "16 wrong_type",
                        "17 wrong_type",
                        "18 nested_too_deep",
                        "19 blank",
                        "20 blank");
        assertThat(dead).allSatisfy(message -> assertThat(message.step()).isNull());
        assertThat(detail(dead, 8)).isEqualTo("column id: \"eight\" is not a BIGINT");
        assertThat(detail(dead, 11)).isEqualTo("column tiny: 300 does not fit in TINYINT");
        assertThat(detail(dead, 15)).startsWith("column o is not a STRUCT").contains("\"x\"");
        assertThat(good).hasSize(5);
    }

    @Test
    void aColumnThatNoQueryReadsIsNotChecked() {
        Spool spool =
                SpoolFixture.of(directory, "{\"id\":1,\"amount\":\"x\"}", "{\"id\":\"y\",\"amount\":1}", "{\"id\":3}");
        List<DeadMessage> dead = run(spool, "SELECT id FROM events");
        assertThat(dead).extracting(DeadMessage::line).containsExactly(1);
        assertThat(good).containsExactly("{\"id\":1}", "{\"id\":3}");
    }

    @Test
    void metadataColumnsSurviveBadMessages() {
        Spool spool = SpoolFixture.of(
                directory,
                EnumSet.of(MetaColumn.OFFSET),
                "{\"id\":1}",
                "{\"id\":\"x\"}",
                "{",
                "{\"id\":4,\"_offset\":0}",
                "{\"id\":5}");
        List<DeadMessage> dead = run(spool, "SELECT id, _offset AS at FROM events");
        assertThat(dead)
                .extracting(d -> d.line() + " " + d.reason())
                .containsExactly("1 wrong_type", "2 malformed_json", "3 duplicate_key");
        assertThat(good).containsExactly("{\"id\":1,\"at\":100}", "{\"id\":5,\"at\":104}");
    }

    @Test
    void aBatchOfBadMessagesMakesNoFile() {
        Spool spool = SpoolFixture.of(directory, "", "{", "nope");
        assertThat(run(spool, "SELECT count(*) AS n FROM events")).hasSize(3);
        assertThat(good).isEmpty();
    }

    @Test
    void aRunTimeErrorIsolatesItsMessages() {
        String[] messages = IntStream.range(0, 1000)
                .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"" + (i % 250 == 7 ? "abc" : i) + "\"}")
                .toArray(String[]::new);
        List<DeadMessage> dead =
                run(SpoolFixture.of(directory, messages), "SELECT id, CAST(text AS INTEGER) AS n FROM events");
        assertThat(dead).extracting(DeadMessage::line).containsExactly(7, 257, 507, 757);
        assertThat(dead).allSatisfy(message -> {
            assertThat(message.reason()).isEqualTo("sql_error");
            assertThat(message.step()).isEqualTo("s0");
            assertThat(message.detail()).contains("Could not convert string 'abc'");
        });
        assertThat(good).hasSize(996);
    }

    @Test
    void theStepThatFailsIsNamed() {
        Spool spool = SpoolFixture.of(directory, "{\"id\":1}", "{\"id\":9223372036854775807}");
        List<DeadMessage> dead = run(spool, "SELECT id FROM events", "SELECT id + 1 AS id FROM events");
        assertThat(dead).extracting(d -> d.line() + " " + d.step()).containsExactly("1 s1");
        assertThat(dead.get(0).detail()).contains("Overflow");
        assertThat(good).containsExactly("{\"id\":2}");
    }

    @Test
    void badMessagesAndRunTimeErrorsOfOneBatchAreBothFound() {
        Spool spool = SpoolFixture.of(
                directory,
                "{\"id\":1,\"text\":\"1\"}",
                "{\"id\":\"x\"}",
                "{\"id\":2,\"text\":\"abc\"}",
                "{",
                "{\"id\":3}");
        List<DeadMessage> dead = run(spool, "SELECT id, CAST(text AS INTEGER) AS n FROM events");
        assertThat(dead)
                .extracting(d -> d.line() + " " + d.reason())
                .containsExactly("1 wrong_type", "2 sql_error", "3 malformed_json");
        assertThat(good).containsExactly("{\"id\":1,\"n\":1}", "{\"id\":3,\"n\":null}");
    }

    @Test
    void anErrorOfNoSingleMessagePausesThePipeline() {
        Spool spool = SpoolFixture.of(directory, "{\"id\":9223372036854775807}", "{\"id\":9223372036854775807}");
        assertPauses(spool, "SELECT sum(id)::BIGINT AS s FROM events", "no single message");
        assertPauses(spool, "SELECT (SELECT id FROM events) AS s", "no single message");
    }

    @Test
    void anErrorOfTheQueryItselfKillsNoMessage() {
        Spool spool = SpoolFixture.of(directory, "{\"id\":1}", "{\"id\":2}");
        assertPauses(spool, "SELECT CAST('abc' AS INTEGER) AS n FROM events", "abc");
        assertPauses(spool, "SELECT nothing FROM events", "nothing");
    }

    @Test
    void anErrorOfAPartitionExpressionIsolatesItsMessage() {
        Spool spool = SpoolFixture.of(directory, "{\"id\":1,\"text\":\"1\"}", "{\"id\":2,\"text\":\"x\"}");
        Rows.Written written = engine.open(spool, SCHEMA, Instant.EPOCH)
                .select("s0", "SELECT id, text FROM events")
                .write(PARQUET, List.of("CAST(text AS INTEGER) AS p"), Map.of(), out());
        assertThat(written.dead()).singleElement().satisfies(message -> {
            assertThat(message.line()).isEqualTo(1);
            assertThat(message.step()).isNull();
            assertThat(message.detail()).startsWith("partition_by: ");
        });
        assertThat(written.files()).singleElement().satisfies(file -> assertThat(file.folder())
                .isEqualTo("p=1"));
    }

    @Test
    void nothingIsLeftBehind() {
        everyKindOfBadMessageIsNamedAndTheGoodOnesArrive();
        aRunTimeErrorIsolatesItsMessages();
        assertThat(directory.toFile().list()).allMatch(name -> name.startsWith("spool-"));
    }

    private void assertPauses(Spool spool, String query, String words) {
        assertThatThrownBy(() -> run(spool, query)).isInstanceOfSatisfying(BatchException.class, e -> {
            assertThat(e.kind()).isEqualTo(BatchException.Kind.PAUSE);
            assertThat(e.reason()).isEqualTo("sql_error");
            assertThat(e.detail()).contains(words).doesNotContain(directory.toString());
        });
    }

    private List<DeadMessage> run(Spool spool, String... queries) {
        Rows rows = engine.open(spool, SCHEMA, Instant.EPOCH);
        for (int i = 0; i < queries.length; i++) {
            rows = rows.select("s" + i, queries[i]);
        }
        good.clear();
        return rows.forEachJson(row -> good.add(new String(row.json(), StandardCharsets.UTF_8)));
    }

    private static String detail(List<DeadMessage> dead, int line) {
        return dead.stream()
                .filter(message -> message.line() == line)
                .map(DeadMessage::detail)
                .findFirst()
                .orElseThrow();
    }

    private Path out() {
        try {
            return Files.createTempDirectory(directory, "out");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
