package dev.caravan.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class SqlEngineTest {
    private static final Instant BATCH_TIME = Instant.parse("2026-01-02T03:04:05.678Z");
    private static SqlGuard guard;

    @TempDir
    private Path directory;

    private SqlEngine engine;

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
    void aQueryFiltersAndProjects() {
        assertThat(rows(
                        "SELECT id, upper(name) AS name FROM events WHERE id > 1",
                        "{\"id\":1,\"name\":\"a\"}",
                        "{\"id\":2,\"name\":\"b\"}"))
                .containsExactly("{\"id\":2,\"name\":\"B\"}");
    }

    @Test
    void queriesOfEveryKindWork() {
        String[] orders = {
            "{\"id\":1,\"c\":\"a\",\"v\":10,\"items\":[{\"sku\":\"x\",\"n\":1},{\"sku\":\"y\",\"n\":2}],\"o\":{\"k\":{\"l\":\"deep\"}}}",
            "{\"id\":2,\"c\":\"a\",\"v\":20,\"items\":[],\"o\":null}",
            "{\"id\":3,\"c\":\"b\",\"v\":30,\"items\":[{\"sku\":\"z\",\"n\":3}]}"
        };
        Map<String, List<String>> expected = new LinkedHashMap<>();
        expected.put(
                "SELECT c, sum(v) AS s FROM events GROUP BY c ORDER BY c",
                List.of("{\"c\":\"a\",\"s\":30}", "{\"c\":\"b\",\"s\":30}"));
        expected.put(
                "SELECT a.id FROM events a JOIN events b ON a.id = b.id + 1 ORDER BY 1",
                List.of("{\"id\":2}", "{\"id\":3}"));
        expected.put(
                "SELECT id, row_number() OVER (PARTITION BY c ORDER BY v DESC) AS n FROM events ORDER BY id",
                List.of("{\"id\":1,\"n\":2}", "{\"id\":2,\"n\":1}", "{\"id\":3,\"n\":1}"));
        expected.put(
                "SELECT id, i.sku FROM (SELECT id, unnest(items) AS i FROM events)",
                List.of("{\"id\":1,\"sku\":\"x\"}", "{\"id\":1,\"sku\":\"y\"}", "{\"id\":3,\"sku\":\"z\"}"));
        expected.put(
                "SELECT e.id, u.i.n AS n FROM events e, unnest(e.items) AS u(i) WHERE u.i.n > 1",
                List.of("{\"id\":1,\"n\":2}", "{\"id\":3,\"n\":3}"));
        expected.put(
                "SELECT o->>'$.k.l' AS l, json_extract_string(o, '$.k.l') AS m FROM events WHERE id = 1",
                List.of("{\"l\":\"deep\",\"m\":\"deep\"}"));
        expected.put("SELECT o.k.l FROM events WHERE id = 1", List.of("{\"l\":\"deep\"}"));
        expected.put(
                "SELECT CAST(id AS VARCHAR) AS t, try_cast(c AS INTEGER) AS n FROM events WHERE id = 1",
                List.of("{\"t\":\"1\",\"n\":null}"));
        expected.put(
                "WITH t AS (SELECT id * 10 AS x FROM events), u AS (FROM t) SELECT max(x) AS x FROM u -- end",
                List.of("{\"x\":30}"));
        expected.put(
                "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) "
                        + "SELECT n, id FROM t JOIN events ON n = id WHERE n > 2;",
                List.of("{\"n\":3,\"id\":3}"));
        expected.put("FROM events SELECT id QUALIFY row_number() OVER (ORDER BY v DESC) = 1", List.of("{\"id\":3}"));
        expected.put(
                "SELECT list_transform(items, lambda i: i.n * 2) AS l FROM events WHERE id = 1",
                List.of("{\"l\":[2,4]}"));
        expected.put(
                "SELECT [i.n + 1 FOR i IN items IF i.n > 1] AS l FROM events WHERE id = 1", List.of("{\"l\":[3]}"));
        expected.put(
                "SELECT * FROM (SELECT c, v FROM events) PIVOT (sum(v) FOR c IN ('a', 'b'))",
                List.of("{\"a\":30,\"b\":30}"));
        expected.put("SELECT count(*) FILTER (WHERE v > 10) AS n FROM events", List.of("{\"n\":2}"));
        expected.put("SELECT id FROM events ORDER BY v DESC LIMIT 1", List.of("{\"id\":3}"));
        expected.put(
                "SELECT id FROM events UNION ALL SELECT -id FROM events ORDER BY id LIMIT 2",
                List.of("{\"id\":-3}", "{\"id\":-2}"));
        expected.put(
                "SELECT id FROM events WHERE EXISTS (SELECT 1 FROM events x WHERE x.v > 25 AND x.id = events.id)",
                List.of("{\"id\":3}"));
        expected.put("SELECT generate_series AS g FROM generate_series(1, 2)", List.of("{\"g\":1}", "{\"g\":2}"));
        expected.forEach(
                (query, rows) -> assertThat(rows(query, orders)).as(query).isEqualTo(rows));
    }

    @Test
    void stepsInARowReadEachOthersOutput() {
        Spool spool = SpoolFixture.of(directory, "{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
        Rows rows = engine.open(spool, Map.of(), BATCH_TIME)
                .select("one", "SELECT a + 1 AS b FROM events")
                .select("two", "WITH t AS (SELECT b * 10 AS c FROM events) SELECT * FROM t WHERE c > 20")
                .select("three", "SELECT x.c, y.c AS d FROM events x JOIN events y ON x.c = y.c");
        assertThat(json(rows)).containsExactly("{\"c\":30,\"d\":30}", "{\"c\":40,\"d\":40}");
    }

    @Test
    void metadataColumnsAreReadableAndNotPartOfTheStar() {
        Set<MetaColumn> all = EnumSet.allOf(MetaColumn.class);
        Map<String, String> expected = Map.of(
                "SELECT a, _topic, _partition, _offset, _timestamp, _key, _headers['n'] AS n FROM events",
                "{\"a\":1,\"_topic\":\"orders\",\"_partition\":3,\"_offset\":100,"
                        + "\"_timestamp\":\"2023-11-14 22:13:20+00\",\"_key\":\"k100\",\"n\":\"0\"}",
                "SELECT * FROM events",
                "{\"a\":1}",
                "SELECT *, _offset FROM events",
                "{\"a\":1,\"_offset\":100}",
                "SELECT * FROM events WHERE _offset = 100 AND _key = 'k100'",
                "{\"a\":1}",
                "FROM events e WHERE e._offset > 1",
                "{\"a\":1}",
                "SELECT e.*, e._offset AS o FROM events e",
                "{\"a\":1,\"o\":100}",
                "WITH t AS (SELECT *, _offset FROM events) SELECT * FROM t",
                "{\"a\":1,\"_offset\":100}",
                "SELECT * EXCLUDE (_offset), _offset AS x FROM events",
                "{\"a\":1,\"x\":100}",
                "SELECT * FROM events x JOIN events y USING (_offset)",
                "{\"a\":1,\"a_1\":1}");
        expected.forEach((query, row) -> {
            Spool spool = SpoolFixture.of(directory, all, "{\"a\":1}");
            Rows rows = engine.open(spool, Map.of("a", "BIGINT"), BATCH_TIME).select("s", query);
            assertThat(json(rows)).as(query).containsExactly(row);
        });
    }

    @Test
    void theCurrentTimeIsThatOfTheBatch() {
        String query = "SELECT now() = TIMESTAMPTZ '2026-01-02 03:04:05.678Z' AS a, current_timestamp = now() AS b, "
                + "today() AS c, current_date AS d, current_date() = today() AS e, localtimestamp AS f, "
                + "transaction_timestamp() = now() AS g, current_time AS h, localtime AS i, now()::TIMESTAMP AS j, "
                + "get_current_timestamp() = now() AS k, current_localtimestamp() AS l, current_localtime() AS m FROM events";
        assertThat(rows(query, "{\"a\":1}"))
                .containsExactly("{\"a\":true,\"b\":true,\"c\":\"2026-01-02\",\"d\":\"2026-01-02\",\"e\":true,"
                        + "\"f\":\"2026-01-02 03:04:05.678\",\"g\":true,\"h\":\"03:04:05.678+00\","
                        + "\"i\":\"03:04:05.678\",\"j\":\"2026-01-02 03:04:05.678\",\"k\":true,"
                        + "\"l\":\"2026-01-02 03:04:05.678\",\"m\":\"03:04:05.678\"}");
    }

    @Test
    void missingMembersAreNullAndUndeclaredOnesIgnored() {
        Spool spool = SpoolFixture.of(directory, "{\"b\":1}", "{\"a\":2,\"c\":{\"d\":1}}");
        Rows rows = engine.open(spool, Map.of("a", "BIGINT"), BATCH_TIME).select("s", "SELECT * FROM events");
        assertThat(json(rows)).containsExactly("{\"a\":null}", "{\"a\":2}");
    }

    @Test
    void twoEnginesDoNotSeeEachOthersFiles() throws Exception {
        Path other = Files.createDirectory(directory.resolveSibling(directory.getFileName() + "-other"));
        try (SqlEngine stranger = new SqlEngine(other, SqlSettings.defaults(), guard)) {
            Spool spool = SpoolFixture.of(directory, "{\"a\":1}");
            Rows rows = stranger.open(spool, Map.of(), BATCH_TIME).select("s", "SELECT * FROM events");
            assertThatThrownBy(() -> json(rows)).isInstanceOf(IllegalArgumentException.class);
        }
        try (Sessions sessions = new Sessions(other, SqlSettings.defaults());
                Session session = sessions.open(BATCH_TIME)) {
            Path mine = Files.writeString(directory.resolve("mine.json"), "{}");
            for (String read : List.of("read_json", "read_text", "read_csv")) {
                assertThatThrownBy(() -> session.execute("SELECT * FROM " + read + "(" + Quoted.path(mine) + ")"))
                        .hasMessageContaining("disabled by configuration");
            }
            assertThatThrownBy(() -> session.execute("SET memory_limit='8GB'")).hasMessageContaining("locked");
        }
    }

    @Test
    void aQueryThatTakesTooLongPausesThePipeline() {
        try (SqlEngine hasty =
                new SqlEngine(directory, new SqlSettings(DataSize.ofMegabytes(256), Duration.ofSeconds(3)), guard)) {
            Spool spool = SpoolFixture.of(directory, "{\"a\":1}");
            Rows rows = hasty.open(spool, Map.of(), BATCH_TIME)
                    .select(
                            "s",
                            "SELECT count(*) FROM range(10000000) x, range(10000000) y WHERE x.range + y.range = 3");
            assertThatThrownBy(() -> json(rows)).isInstanceOfSatisfying(BatchException.class, e -> {
                assertThat(e.reason()).isEqualTo("query_timeout");
                assertThat(e.kind()).isEqualTo(BatchException.Kind.PAUSE);
            });
            assertThat(json(hasty.open(spool, Map.of(), BATCH_TIME).select("s", "SELECT a FROM events")))
                    .containsExactly("{\"a\":1}");
        }
        assertThat(directory.toFile().list()).allMatch(name -> name.startsWith("spool-"));
    }

    @Test
    void aQueryThatNeedsTooMuchMemoryPausesThePipeline() {
        Spool spool = SpoolFixture.of(directory, "{\"a\":1}");
        Rows rows =
                engine.open(spool, Map.of(), BATCH_TIME).select("s", "SELECT list(range) AS l FROM range(1000000000)");
        assertThatThrownBy(() -> json(rows)).isInstanceOfSatisfying(BatchException.class, e -> assertThat(e.reason())
                .isEqualTo("query_out_of_memory"));
    }

    @Test
    void functionsThatMakeMuchOfLittleAreBounded() {
        Map<String, String> bombs = Map.of(
                "SELECT length(replace(replace(repeat('x', 10000), 'x', repeat('y', 10000)), 'y', 'zz')) AS n FROM events",
                "replace()",
                "SELECT regexp_replace(repeat('x', 10000), 'x', repeat('y', 10000), 'g') AS n FROM events",
                "regexp_replace()",
                "SELECT repeat(repeat(repeat(a::VARCHAR, 10000), 10000), 10000) AS n FROM events",
                "repeat()",
                "SELECT range(a * 100000000) AS n FROM events",
                "range()",
                "SELECT generate_series(TIMESTAMP '2020-01-01', TIMESTAMP '2021-01-01', INTERVAL 1 SECOND) AS n FROM events",
                "generate_series()");
        bombs.forEach((bomb, function) -> {
            Spool spool = SpoolFixture.of(directory, "{\"a\":1}");
            Rows rows = engine.open(spool, Map.of(), BATCH_TIME).select("s", bomb);
            String sentence;
            try {
                sentence = rows.forEachJson(row -> {}).get(0).detail();
            } catch (BatchException e) {
                sentence = e.detail();
            }
            assertThat(sentence).as(bomb).contains(function + ": the answer would be longer than");
        });
        assertThat(rows(
                        "SELECT replace('aXb', 'X', 'yy') AS r, regexp_replace('aXbX', 'x', '[\\0]', 'gi') AS s, repeat('ab', 2) "
                                + "AS u, repeat([1], 2) AS v, replace(NULL, 'a', 'b') AS w, range(2) AS x, range(9, 1, -4) AS y, "
                                + "generate_series(DATE '2020-01-01', DATE '2020-01-02', INTERVAL 1 DAY)[2]::DATE AS z FROM events",
                        "{\"a\":1}"))
                .containsExactly("{\"r\":\"ayyb\",\"s\":\"a[X]b[X]\",\"u\":\"abab\",\"v\":[1,1],\"w\":null,"
                        + "\"x\":[0,1],\"y\":[9,5],\"z\":\"2020-01-02\"}");
    }

    @Test
    void bindingNamesTheColumnsOfTheLastQuery() {
        SqlEngine.Binding binding = bind(
                Map.of("a", "BIGINT"), List.of("SELECT a, _offset, now() AS t FROM events", "SELECT t, a FROM events"));
        assertThat(binding.faults()).isEmpty();
        assertThat(binding.columns())
                .containsExactly(Map.entry("t", "TIMESTAMP WITH TIME ZONE"), Map.entry("a", "BIGINT"));
    }

    @Test
    void bindingTellsWhatDoesNotFit() {
        Map<String, String> schema = Map.of("amount", "DOUBLE");
        assertThat(bind(schema, List.of("SELECT amont FROM events")).faults())
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.step()).isZero();
                    assertThat(fault.message())
                            .contains("\"amont\"")
                            .contains("amount")
                            .doesNotContain("LINE");
                });
        assertThat(bind(schema, List.of("SELECT amount AS x FROM events", "SELECT amount FROM events"))
                        .faults())
                .extracting(SqlEngine.Fault::step)
                .containsExactly(1);
        assertThat(bind(schema, List.of("SELECT amount > [1] FROM events")).faults())
                .hasSize(1);
        assertThat(bind(Map.of("a", "BIGGINT"), List.of()).faults())
                .extracting(SqlEngine.Fault::step)
                .containsExactly(-1);
        CheckedQuery day = guard.checkExpression("strftime(ts, '%Y') AS y");
        assertThat(engine.bind(schema, List.of(), List.of(day)).faults())
                .extracting(SqlEngine.Fault::step)
                .containsExactly(0);
        assertThat(engine.bind(schema, List.of(), List.of(guard.checkExpression("amount")))
                        .faults())
                .hasSize(1);
        assertThat(engine.bind(schema, List.of(), List.of(guard.checkExpression("other")))
                        .faults())
                .hasSize(1);
    }

    @Test
    void theSchemaIsInferredFromReadableMessages() {
        Spool spool = SpoolFixture.of(
                directory,
                EnumSet.of(MetaColumn.OFFSET),
                "{\"i\":1,\"d\":1,\"s\":\"2026-01-01\",\"b\":true,\"n\":null,\"x\":1,\"big\":18446744073709551615}",
                "{\"i\":2,\"d\":1.5,\"x\":\"t\",\"o\":{\"k\":1},\"l\":[1,2.5],\"I\":1}",
                "{broken",
                "{\"o\":{\"m\":\"v\"},\"l\":[],\"_key\":1,\"e\":{},\"late\":[{\"a\":1}]}");
        assertThat(engine.infer(spool))
                .containsExactly(
                        Map.entry("i", "BIGINT"),
                        Map.entry("d", "DOUBLE"),
                        Map.entry("s", "VARCHAR"),
                        Map.entry("b", "BOOLEAN"),
                        Map.entry("n", "VARCHAR"),
                        Map.entry("x", "JSON"),
                        Map.entry("big", "DECIMAL(38,0)"),
                        Map.entry("o", "STRUCT(\"k\" BIGINT, \"m\" VARCHAR)"),
                        Map.entry("l", "DOUBLE[]"),
                        Map.entry("e", "JSON"),
                        Map.entry("late", "STRUCT(\"a\" BIGINT)[]"));
    }

    @Test
    void messagesComeAsTheyAreWhenNoQueryIsBetween() {
        Spool spool = SpoolFixture.of(
                directory, EnumSet.of(MetaColumn.OFFSET), "{\"a\":1}", "{bad", "", " {\n \"b\" : 2 }", "{}");
        List<Rows.JsonRow> seen = new ArrayList<>();
        var dead = engine.open(spool, Map.of("a", "BIGINT"), BATCH_TIME).forEachJson(seen::add);
        assertThat(seen)
                .extracting(row -> new String(row.json(), StandardCharsets.UTF_8))
                .containsExactly("{\"a\":1}", " {  \"b\" : 2 }", "{}");
        assertThat(seen).extracting(Rows.JsonRow::line).containsExactly(0, 3, 4);
        assertThat(dead).extracting(d -> d.line() + " " + d.reason()).containsExactly("1 malformed_json", "2 blank");
    }

    @Test
    void rowsOfAStepKeepTheMetadataAndTheFateOfTheirMessages() {
        Spool messages = SpoolFixture.of(directory, "{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
        Spool made = SpoolFixture.of(
                directory, EnumSet.of(MetaColumn.OFFSET), "{\"b\":1}", "{\"b\":10}", "{\"b\":\"x\"}", "{\"b\":3}");
        Rows rows = engine.openDerived(made, new int[] {0, 1, 1, 2}, List.of(), Map.of("b", "BIGINT"), BATCH_TIME)
                .select("s", "SELECT b, _offset FROM events");
        List<String> seen = new ArrayList<>();
        var dead = rows.forEachJson(row -> seen.add(new String(row.json(), StandardCharsets.UTF_8)));
        assertThat(seen).containsExactly("{\"b\":1,\"_offset\":100}", "{\"b\":3,\"_offset\":103}");
        assertThat(dead).extracting(d -> d.line() + " " + d.reason()).containsExactly("1 wrong_type");
        messages.close();
    }

    private SqlEngine.Binding bind(Map<String, String> schema, List<String> queries) {
        return engine.bind(schema, queries.stream().map(guard::check).toList(), List.of());
    }

    private List<String> rows(String query, String... messages) {
        Spool spool = SpoolFixture.of(directory, messages);
        return json(engine.open(spool, Map.of(), BATCH_TIME).select("s", query));
    }

    private static List<String> json(Rows rows) {
        List<String> seen = new ArrayList<>();
        assertThat(rows.forEachJson(row -> seen.add(new String(row.json(), StandardCharsets.UTF_8))))
                .isEmpty();
        return seen;
    }
}
