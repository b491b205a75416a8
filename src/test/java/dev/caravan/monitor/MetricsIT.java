package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Prometheus reads, and what the dashboard and the alert rules make of it. */
class MetricsIT {
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_:0-9]+)(\\{[^}]*})? (\\S+)");
    private static final Pattern METRIC =
            Pattern.compile("\\b(pipeline|event|webhook|db|api|monitor|jvm|process|hikaricp)_[a-z_]+\\b");

    private static RunningCaravan caravan;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.start(Map.of("caravan.monitor.figures", "500ms"));
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
    }

    private static String scrape() throws Exception {
        HttpResponse<String> answer = caravan.send(caravan.request("/observe/metrics"));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static double sample(String scrape, String name, String labels) {
        return SAMPLE.matcher(scrape)
                .results()
                .filter(line -> line.group(1).equals(name))
                .filter(line ->
                        labels.isEmpty() || String.valueOf(line.group(2)).contains(labels))
                .mapToDouble(line -> Double.parseDouble(line.group(3)))
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void theFiguresAreThoseOfTheLedgerAndAddUp() throws Exception {
        String label = "pipeline=\"" + id + "\"";
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            String scrape = scrape();
            assertThat(sample(scrape, "pipeline_records_in_total", label)).isEqualTo(3);
            assertThat(sample(scrape, "pipeline_records_out_total", label)).isEqualTo(2);
            assertThat(sample(scrape, "pipeline_records_filtered_total", label)).isEqualTo(1);
            assertThat(sample(scrape, "pipeline_records_dead", label)).isZero();
            assertThat(sample(scrape, "pipeline_ledger_imbalance_records", label))
                    .isZero();
            assertThat(sample(scrape, "pipeline_lag_records", label)).isZero();
            assertThat(sample(scrape, "pipeline_lag_seconds", label)).isZero();
            assertThat(sample(scrape, "pipeline_files_total", label)).isPositive();
            assertThat(sample(scrape, "pipeline_bytes_out_total", label)).isPositive();
            assertThat(sample(scrape, "pipeline_bytes_in_total", label))
                    .isEqualTo("{\"n\":\"1\"}{\"n\":\"2\"}{\"n\":\"no\"}".length());
            assertThat(sample(scrape, "pipeline_buffered_bytes", label)).isZero();
            assertThat(sample(scrape, "pipeline_stalled_seconds", label)).isZero();
            assertThat(sample(scrape, "pipeline_info", "status=\"running\"")).isEqualTo(1);
            assertThat(sample(scrape, "pipeline_claim_to_commit_seconds_count", label))
                    .isPositive();
            assertThat(sample(scrape, "pipeline_end_to_end_seconds_count", label))
                    .isPositive();
            assertThat(sample(scrape, "pipeline_file_bytes_count", label)).isPositive();
            assertThat(sample(scrape, "api_requests_seconds_count", "")).isPositive();
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
            String scrape = scrape();
            assertThat(sample(scrape, "pipeline_stalled_seconds", label)).isPositive();
            assertThat(sample(scrape, "pipeline_buffered_records", label)).isEqualTo(1);
            assertThat(sample(scrape, "pipeline_buffered_bytes", label)).isPositive();
        });
        caravan.operation("resume", Map.of("pipeline", "refusing", "accept_dead_letters", true));
        awaitDead(label, 1);
        caravan.operation("replay_dead_letters", Map.of("pipeline", "refusing", "all", true));
        awaitDead(label, 2);

        caravan.operation("delete", Map.of("pipeline", "refusing", "force", true));
        await("a pipeline that is gone has no metrics")
                .atMost(Duration.ofSeconds(60))
                .until(() -> !scrape().contains(refusing));
    }

    /** It is one letter, however often it fails. */
    private static void awaitDead(String label, int times) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            String scrape = scrape();
            String reason = label + ",reason=\"sql_error\"";
            assertThat(sample(scrape, "pipeline_records_dlq_total", reason)).isEqualTo(times);
            assertThat(sample(scrape, "pipeline_records_dead", label)).isEqualTo(1);
            assertThat(sample(scrape, "pipeline_ledger_imbalance_records", label))
                    .isZero();
            assertThat(sample(scrape, "pipeline_stalled_seconds", label)).isZero();
            assertThat(sample(scrape, "pipeline_buffered_bytes", label)).isZero();
        });
    }

    @Test
    void everyMetricOfTheDashboardAndOfTheRulesIsThere() throws Exception {
        List<String> expressions = new ArrayList<>();
        JsonNode dashboard = new ObjectMapper()
                .readTree(Path.of("deploy/grafana/caravan.json").toFile());
        dashboard.path("panels").forEach(panel -> panel.path("targets")
                .forEach(target -> expressions.add(target.path("expr").asText())));
        dashboard
                .at("/templating/list")
                .forEach(one -> expressions.add(one.at("/query/query").asText("")));
        JsonNode rules = new YAMLMapper()
                .readTree(Path.of("deploy/prometheus/alerts.yaml").toFile());
        rules.at("/groups/0/rules").forEach(rule -> {
            expressions.add(rule.path("expr").asText());
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/annotations/description").asText()).isNotBlank();
            assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
        });
        assertThat(expressions).hasSizeGreaterThan(40);
        Set<String> used = expressions.stream()
                .flatMap(expression -> METRIC.matcher(expression).results().map(MatchResult::group))
                .collect(Collectors.toCollection(TreeSet::new));
        // counted from the first time that it happens
        caravan.bean(io.micrometer.core.instrument.MeterRegistry.class)
                .counter("pipeline.sink.retries", "pipeline", "none", "code", "none");
        caravan.bean(io.micrometer.core.instrument.MeterRegistry.class)
                .counter("pipeline.halts", "pipeline", "none", "code", "none");
        caravan.bean(io.micrometer.core.instrument.MeterRegistry.class)
                .counter("pipeline.records.dlq", "pipeline", "none", "reason", "none");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Set<String> there = SAMPLE.matcher(scrape())
                    .results()
                    .map(line -> line.group(1))
                    .collect(Collectors.toSet());
            assertThat(there).containsAll(used);
        });
    }

    @Test
    void labelsAreIdsAndCodesAndNeverTextsOfUsers() throws Exception {
        await().atMost(Duration.ofSeconds(60)).until(() -> scrape().contains("pipeline_info"));
        Set<String> uris = Pattern.compile("uri=\"([^\"]*)\"")
                .matcher(scrape())
                .results()
                .map(label -> label.group(1))
                .collect(Collectors.toSet());
        assertThat(uris)
                .contains("/pipeline", "/v0/pipelines/{pipeline_name}")
                .noneMatch(uri -> uri.contains("measured"))
                .noneMatch(uri -> uri.contains(id));
    }
}
