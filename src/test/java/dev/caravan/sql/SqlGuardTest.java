package dev.caravan.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.batch.MetaColumn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlGuardTest {
    private static SqlGuard guard;

    @BeforeAll
    static void start() {
        guard = new SqlGuard();
    }

    @AfterAll
    static void stop() {
        guard.close();
    }

    static List<String> hostile() {
        return HostileQueries.ALL;
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileQueryIsRefused(String query) {
        assertThatThrownBy(() -> guard.check(query))
                .isInstanceOfSatisfying(SqlRefused.class, refused -> assertThat(refused.messages())
                        .isNotEmpty()
                        .allSatisfy(message -> assertThat(message).isNotBlank()));
    }

    @Test
    void thereAreManyHostileQueries() {
        assertThat(HostileQueries.ALL).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM events",
                "select a.b.c, d['x'], e[1:2] from EVENTS as x(a, d, e)",
                "FROM events;",
                "SELECT \"delete\", 'x; DROP TABLE y', $$a$$ FROM events -- ; SELECT 2",
                "WITH events2 AS (SELECT * FROM events) SELECT * FROM EVENTS2",
                "WITH events AS (SELECT a + 1 AS a FROM events) SELECT * FROM events",
                "SELECT (SELECT max(a) FROM events) AS m",
                "SELECT * FROM events JOIN (VALUES (1, 'a')) t(x, y) ON x = a",
                "SELECT repeat('-', 10), lpad(a, 5, '0'), format('{:.2f}', b), printf('%05d', c) FROM events",
                "SELECT j->'$.a'->>'b', j.value FROM events, json_each(events.x) j",
                "SELECT a FROM events ORDER BY ALL",
                "SELECT CASE WHEN a IS NULL THEN error('no a') ELSE a END FROM events",
                "SELECT TRY(a::INT), a::DECIMAL(10, 2), a::STRUCT(x INT)[], a AT TIME ZONE 'UTC' FROM events",
                "SELECT max(a) OVER w FROM events WINDOW w AS (PARTITION BY b ORDER BY c)",
                "SELECT GROUPING(a), count(DISTINCT b) FROM events GROUP BY ROLLUP (a)",
                "SELECT COLUMNS('a.*'), COLUMNS(c -> c LIKE 'b%') FROM events",
            })
    void anHonestQueryPasses(String query) {
        assertThat(guard.check(query).text()).isNotBlank();
    }

    @Test
    void metadataColumnsCountOnlyWhenNamed() {
        assertThat(guard.check("SELECT * FROM events").metaColumns()).isEmpty();
        assertThat(guard.check("SELECT e._OFFSET, '_key' FROM events e WHERE \"_timestamp\" > now()")
                        .metaColumns())
                .isEqualTo(Set.of(MetaColumn.OFFSET, MetaColumn.TIMESTAMP));
        assertThat(guard.check("WITH t AS (SELECT _headers['a'] AS h FROM events) SELECT h FROM t")
                        .metaColumns())
                .isEqualTo(Set.of(MetaColumn.HEADERS));
        assertThat(guard.checkExpression("_topic || _partition AS p").metaColumns())
                .isEqualTo(Set.of(MetaColumn.TOPIC, MetaColumn.PARTITION));
    }

    @Test
    void aQueryKeepsItsWords() {
        String query = "SELECT a, -- why\n  b FROM events WHERE _offset > 1";
        assertThat(guard.check(query + " ; ").text()).isEqualTo(query);
    }

    @Test
    void partitionExpressionsHaveANameAndAreOne() {
        CheckedQuery day = guard.checkExpression("strftime(ts, '%Y-%m-%d') AS day");
        assertThat(day.column()).isEqualTo("day");
        assertThat(day.plain()).isFalse();
        CheckedQuery country = guard.checkExpression("\"my country\"");
        assertThat(country.column()).isEqualTo("my country");
        assertThat(country.plain()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "strftime(ts, '%Y')",
                "a AS b, c AS d",
                "a AS b FROM x --",
                "a AS b FROM events WHERE true",
                "a AS b FROM events UNION SELECT 1, 2",
                "1 AS x) FROM events; SELECT (2",
                "(SELECT 1) AS x",
                "*",
                "random() AS x",
                "count(*) OVER () AS x",
                "read_text('x') AS x",
                "a AS b /*",
                "$1 AS x",
                "",
            })
    void aPartitionEntryThatIsNoExpressionIsRefused(String expression) {
        assertThatThrownBy(() -> guard.checkExpression(expression)).isInstanceOf(SqlRefused.class);
    }

    @Test
    void messagesSayWhatToDo() {
        assertThat(messages("SELECT random() AS a, uuid(), read_text('/etc/passwd') FROM orders"))
                .anyMatch(message -> message.startsWith("random() would not give the same again"))
                .anyMatch(message -> message.startsWith("uuid()"))
                .anyMatch(message -> message.contains("read_text"))
                .anyMatch(message ->
                        message.equals("table orders does not exist; a query reads `events` and its own WITH tables"));
        assertThat(messages("SELECT a\nFROM events WHER x"))
                .containsExactly("syntax error at or near \"x\" (line 2, column 18)");
        assertThat(messages("SELECT 1; SELECT 2")).containsExactly("one SELECT is expected, here are 2 statements");
        assertThat(messages("DROP TABLE x")).containsExactly("only a SELECT is possible");
    }

    @Test
    void everyAllowedFunctionExistsAndNoneOfThemChangesItsAnswer() throws Exception {
        Set<String> allowed = new FunctionList().allowed();
        List<String> volatileOnes = new ArrayList<>();
        List<String> known = new ArrayList<>();
        try (Connection connection = Sessions.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT lower(function_name), coalesce(stability, '') FROM duckdb_functions()")) {
            while (result.next()) {
                known.add(result.getString(1));
                if (!result.getString(2).isEmpty() && !result.getString(2).equals("CONSISTENT")) {
                    volatileOnes.add(result.getString(1));
                }
            }
        }
        Set<String> clockAndError = Set.of(
                "now",
                "today",
                "current_date",
                "get_current_time",
                "get_current_timestamp",
                "transaction_timestamp",
                "error");
        assertThat(volatileOnes)
                .filteredOn(name -> allowed.contains(name) && !clockAndError.contains(name))
                .isEmpty();
        Set<String> ofTheGrammar = Set.of("coalesce", "->");
        assertThat(allowed)
                .filteredOn(name -> !known.contains(name) && !ofTheGrammar.contains(name))
                .isEmpty();
    }

    private static List<String> messages(String query) {
        try {
            guard.check(query);
            return List.of();
        } catch (SqlRefused e) {
            return e.messages();
        }
    }
}
