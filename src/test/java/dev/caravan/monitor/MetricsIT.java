package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravan.testing.RunningCaravan;
import dev.caravan.testing.S3FaultProxy;
import dev.caravan.testing.S3FaultProxy.Fault;
import dev.caravan.testing.S3FaultProxy.Operation;
import dev.caravan.testing.Servers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Prometheus reads, and what the dashboard and the alert rules make of it. */
class MetricsIT {
    private static final Map<String, String> NAMED = Map.ofEntries(
            Map.entry("pipeline_records_in_total", "counter"),
            Map.entry("pipeline_records_out_total", "counter"),
            Map.entry("pipeline_records_filtered_total", "counter"),
            Map.entry("pipeline_records_dlq_total", "counter"),
            Map.entry("pipeline_bytes_in_total", "counter"),
            Map.entry("pipeline_bytes_out_total", "counter"),
            Map.entry("pipeline_files_total", "counter"),
            Map.entry("pipeline_lag_records", "gauge"),
            Map.entry("pipeline_lag_seconds", "gauge"),
            Map.entry("pipeline_claim_to_commit_seconds", "histogram"),
            Map.entry("pipeline_end_to_end_seconds", "histogram"),
            Map.entry("pipeline_file_bytes", "histogram"),
            Map.entry("pipeline_sink_retries_total", "counter"),
            Map.entry("pipeline_fenced_total", "counter"),
            Map.entry("pipeline_rebalances_total", "counter"),
            Map.entry("pipeline_stalled_seconds", "gauge"),
            Map.entry("pipeline_buffered_bytes", "gauge"),
            Map.entry("pipeline_ledger_imbalance_records", "gauge"),
            Map.entry("event_triggers", "gauge"),
            Map.entry("event_trigger_wait_seconds", "summary"),
            Map.entry("event_trigger_resume_seconds", "gauge"),
            Map.entry("event_trigger_timeout_lateness_seconds", "summary"),
            Map.entry("webhook_deliveries_total", "counter"),
            Map.entry("webhook_backlog_seconds", "gauge"),
            Map.entry("db_longest_txn_seconds", "gauge"),
            Map.entry("db_oldest_xmin_age", "gauge"),
            Map.entry("api_requests_seconds", "summary"));

    private static RunningCaravan caravan;
    private static S3FaultProxy s3;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        s3 = new S3FaultProxy(Objects.requireNonNull(Servers.s3().endpoint()));
        var keys = Objects.requireNonNull(Servers.s3().keys());
        caravan = RunningCaravan.start(Map.of(
                "caravan.monitor.figures", "500ms",
                "caravan.s3.endpoint", s3.endpoint().toString(),
                "caravan.s3.access-key", keys.access(),
                "caravan.s3.secret-key", keys.secret()));
        V0 v0 = new V0(caravan);
        v0.create("measured", Map.of("batch", Map.of("max_interval", "100ms")), "SELECT * FROM events WHERE n <> 'no'");
        id = caravan.operation("get", Map.of("pipeline", "measured")).path("id").asText();
        v0.move("measured", "start", "Running");
        for (String n : List.of("1", "2", "no")) {
            v0.ingest("measured", n);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        s3.close();
    }

    @Test
    void theFiguresAreThoseOfTheLedgerAndAddUp() throws Exception {
        String label = "pipeline=\"" + id + "\"";
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Scrape scrape = Scrape.of(caravan);
            assertThat(scrape.value("pipeline_records_in_total", label)).isEqualTo(3);
            assertThat(scrape.value("pipeline_records_out_total", label)).isEqualTo(2);
            assertThat(scrape.value("pipeline_records_filtered_total", label)).isEqualTo(1);
            assertThat(scrape.value("pipeline_records_dead", label)).isZero();
            assertThat(scrape.value("pipeline_ledger_imbalance_records", label)).isZero();
            assertThat(scrape.value("pipeline_lag_records", label)).isZero();
            assertThat(scrape.value("pipeline_lag_seconds", label)).isZero();
            assertThat(scrape.value("pipeline_files_total", label)).isPositive();
            assertThat(scrape.value("pipeline_bytes_out_total", label)).isPositive();
            assertThat(scrape.value("pipeline_bytes_in_total", label))
                    .isEqualTo("{\"n\":\"1\"}{\"n\":\"2\"}{\"n\":\"no\"}".length());
            assertThat(scrape.value("pipeline_buffered_bytes", label)).isZero();
            assertThat(scrape.value("pipeline_stalled_seconds", label)).isZero();
            assertThat(scrape.value("pipeline_info", "status=\"running\"")).isEqualTo(1);
            assertThat(scrape.value("pipeline_claim_to_commit_seconds_count", label))
                    .isPositive();
            assertThat(scrape.value("pipeline_end_to_end_seconds_count", label)).isPositive();
            assertThat(scrape.value("pipeline_file_bytes_count", label)).isPositive();
            assertThat(scrape.value("api_requests_seconds_count", "")).isPositive();
        });
    }

    @Test
    void whatDoesNotGetOnIsSeenAndDeadLettersAreCountedByReasonForEver() throws Exception {
        V0 v0 = new V0(caravan);
        Map<String, Object> quick = Map.of("batch", Map.of("max_interval", "100ms"));
        v0.create("refusing", quick, "SELECT CAST(n AS BIGINT) AS n FROM events");
        String refusing = caravan.operation("get", Map.of("pipeline", "refusing"))
                .path("id")
                .asText();
        String label = "pipeline=\"" + refusing + "\"";
        v0.move("refusing", "start", "Running");
        v0.ingest("refusing", "no number");
        v0.awaitStatus("refusing", "Paused");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Scrape scrape = Scrape.of(caravan);
            assertThat(scrape.value("pipeline_stalled_seconds", label)).isPositive();
            assertThat(scrape.value("pipeline_halted", label)).isEqualTo(1);
            assertThat(scrape.value("pipeline_buffered_records", label)).isEqualTo(1);
            assertThat(scrape.value("pipeline_buffered_bytes", label)).isPositive();
        });
        caravan.operation("resume", Map.of("pipeline", "refusing", "accept_dead_letters", true));
        awaitDead(label, 1);
        caravan.operation("replay_dead_letters", Map.of("pipeline", "refusing", "all", true));
        awaitDead(label, 2);

        caravan.operation("delete", Map.of("pipeline", "refusing", "force", true));
        await("a pipeline that is gone has no metrics")
                .atMost(Duration.ofSeconds(60))
                .until(() -> !Scrape.of(caravan).text().contains(refusing));
    }

    /** It is one letter, however often it fails. */
    private static void awaitDead(String label, int times) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Scrape scrape = Scrape.of(caravan);
            String reason = label + ",reason=\"sql_error\"";
            assertThat(scrape.value("pipeline_records_dlq_total", reason)).isEqualTo(times);
            assertThat(scrape.value("pipeline_records_dead", label)).isEqualTo(1);
            assertThat(scrape.value("pipeline_ledger_imbalance_records", label)).isZero();
            assertThat(scrape.value("pipeline_halted", label)).isZero();
            assertThat(scrape.value("pipeline_stalled_seconds", label)).isZero();
            assertThat(scrape.value("pipeline_buffered_bytes", label)).isZero();
        });
    }

    @Test
    void whatItIsMadeOfHasTheNamesAndUnitsThatPeopleLookFor() throws Exception {
        String wait = "/v1/events/" + Servers.newName("measured");
        answered(caravan.request("/v1/events"), """
                {"event_key": "%s", "source_type": "job_run", "job_run_id": "job"}""".formatted(wait.substring(11)), 201);
        answered(caravan.request(wait + "/send"), "{}", 200);
        trouble();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Scrape scrape = Scrape.of(caravan);
            NAMED.forEach((name, type) -> assertThat(scrape.type(name)).as(name).isEqualTo(type));
            assertThat(scrape.value("event_triggers", "status=\"received\"")).isPositive();
            assertThat(scrape.value("event_trigger_wait_seconds_count", "")).isPositive();
            assertThat(scrape.value("pipeline_rebalances_total", "pipeline=\"" + id + "\""))
                    .isPositive();
            assertThat(scrape.labelValues("event_triggers", "status"))
                    .containsExactlyInAnyOrder("waiting", "received", "timed_out", "canceled");
            assertThat(scrape.labelValues("webhook_deliveries_total", "outcome"))
                    .containsExactlyInAnyOrder("delivered", "failed");
        });
    }

    private static void answered(HttpRequest.Builder request, String body, int status) throws Exception {
        HttpResponse<String> answer =
                caravan.send(request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    /** Halts, dead letters and retries are counted from the first time that they happen. */
    private static void trouble() throws Exception {
        String name = Servers.newName("troubled");
        V0 v0 = new V0(caravan);
        v0.create(name, Map.of("batch", Map.of("max_interval", "100ms")), "SELECT CAST(n AS BIGINT) AS n FROM events");
        v0.move(name, "start", "Running");
        v0.ingest(name, "no number");
        v0.awaitStatus(name, "Paused");
        caravan.operation("resume", Map.of("pipeline", name, "accept_dead_letters", true));
        v0.awaitStatus(name, "Running");
        s3.spoil(Operation.PUT, Fault.INTERNAL_ERROR, 1, Integer.MAX_VALUE);
        try {
            v0.ingest(name, "1");
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                Scrape scrape = Scrape.of(caravan);
                assertThat(scrape.labelValues("pipeline_sink_retries_total", "code"))
                        .isNotEmpty()
                        .allMatch(code -> code.matches("[a-z0-9_]+"));
                assertThat(scrape.labelValues("pipeline_records_dlq_total", "reason"))
                        .contains("sql_error");
                assertThat(scrape.labelValues("pipeline_halts_total", "code")).contains("too_many_dead_letters");
            });
        } finally {
            s3.heal();
        }
    }

    @Test
    void everyMetricAndLabelOfTheDashboardAndOfTheRulesIsThere() throws Exception {
        List<Expression> expressions = new ArrayList<>(dashboard());
        assertThat(expressions).hasSizeGreaterThan(30);
        for (JsonNode rule : rules()) {
            Expression expression = new Expression(rule.path("expr").asText());
            expressions.add(expression);
            assertThat(rule.path("alert").asText()).matches("Caravan[A-Za-z]+");
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/annotations/description").asText()).isNotBlank();
            assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
            Set<String> told = Pattern.compile("\\$labels\\.(\\w+)")
                    .matcher(rule.path("annotations").toString())
                    .results()
                    .map(label -> label.group(1))
                    .collect(Collectors.toSet());
            Set<String> known = new HashSet<>(expression.labels());
            known.add("instance");
            assertThat(known).as(rule.toString()).containsAll(told);
        }
        assertThat(expressions)
                .allSatisfy(expression ->
                        assertThat(expression.metrics()).as(expression.text()).isNotEmpty());
        trouble();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Scrape scrape = Scrape.of(caravan);
            for (Expression expression : expressions) {
                assertThat(scrape.names()).as(expression.text()).containsAll(expression.metrics());
                // Prometheus itself says which instance it has asked
                Set<String> labels = new HashSet<>(Set.of("instance"));
                expression.metrics().forEach(metric -> labels.addAll(scrape.labelNames(metric)));
                assertThat(labels).as(expression.text()).containsAll(expression.labels());
            }
        });
    }

    private static List<Expression> dashboard() throws Exception {
        List<Expression> expressions = new ArrayList<>();
        JsonNode dashboard = new ObjectMapper()
                .readTree(Path.of("deploy/grafana/caravan.json").toFile());
        dashboard
                .findValues("targets")
                .forEach(targets -> targets.forEach(target ->
                        expressions.add(new Expression(target.path("expr").asText()))));
        for (JsonNode variable : dashboard.at("/templating/list")) {
            if (variable.path("type").asText().equals("query")) {
                expressions.add(new Expression(variable.at("/query/query").asText()));
            }
        }
        return expressions;
    }

    private static List<JsonNode> rules() throws Exception {
        List<JsonNode> rules = new ArrayList<>();
        new YAMLMapper()
                .readTree(Path.of("deploy/prometheus/alerts.yaml").toFile())
                .path("groups")
                .forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    @Test
    void labelsAreIdsAndCodesAndNeverTextsOfUsers() throws Exception {
        String word = "w" + Servers.newName("odd").replace("-", "");
        for (String path : List.of("/v0/pipelines/" + word, "/" + word, "/v0/pipelines/measured/events/" + word)) {
            caravan.send(caravan.request(path));
        }
        HttpClient.newHttpClient()
                .send(
                        caravan.request("/pipeline")
                                .method(word.toUpperCase(Locale.ROOT), BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.discarding());
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Scrape scrape = Scrape.of(caravan);
            assertThat(scrape.naming("measured")).containsExactly("pipeline_info");
            assertThat(scrape.naming(word)).isEmpty();
            assertThat(scrape.text()).doesNotContainIgnoringCase(word);
            assertThat(scrape.labelValues("api_requests_seconds_count", "uri"))
                    .contains("/pipeline", "/v0/pipelines/{pipeline_name}")
                    .noneMatch(uri -> uri.contains(id));
            assertThat(scrape.labelValues("api_requests_seconds_count", "method"))
                    .contains("UNKNOWN");
        });
    }
}
