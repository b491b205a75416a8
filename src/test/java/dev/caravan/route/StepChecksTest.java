package dev.caravan.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.pipeline.Step;
import dev.caravan.problem.Violation;
import dev.caravan.sql.SqlEngine;
import dev.caravan.sql.SqlGuard;
import dev.caravan.sql.SqlSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with the values of a step is said when the pipeline is made, with the path of the value. */
class StepChecksTest {
    private static SqlGuard guard;
    private static SqlEngine engine;

    @BeforeAll
    static void open(@TempDir Path directory) {
        guard = new SqlGuard();
        engine = new SqlEngine(directory, SqlSettings.defaults(), guard);
    }

    @AfterAll
    static void close() {
        engine.close();
        guard.close();
    }

    @Test
    void onlyParquetTakesSnappy() {
        assertThat(faults("s3-sink", Map.of("bucket", "lake", "format", "csv", "compression", "snappy")))
                .containsExactly("/p/compression: csv cannot be compressed with snappy: only Parquet can");
        assertThat(faults("s3-sink", Map.of("bucket", "lake", "format", "ndjson", "compression", "snappy")))
                .hasSize(1);
        assertThat(faults("s3-sink", Map.of("bucket", "lake", "format", "parquet", "compression", "snappy")))
                .isEmpty();
        assertThat(faults("s3-sink", Map.of("bucket", "lake", "compression", "snappy")))
                .isEmpty();
        assertThat(faults("s3-sink", Map.of("bucket", "lake", "format", "csv"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "s3-sink, bucket, La/ke, /p/bucket",
        "s3-sink, prefix, a/../b, /p/prefix",
        "s3-sink, prefix, dt={YYYY}, /p/prefix",
        "s3-sink, partition_by, random() AS x, /p/partition_by/0",
        "sql-transform-action, query, SELECT * FROM orders, /p/query",
        "jq-transform-action, expression, .a |, /p/expression",
        "wait-for-event-action, event_key, a:{, /p/event_key",
        "wait-for-event-action, timeout, 40d, /p/timeout"
    })
    void aWrongValueHasItsPath(String kamelet, String property, String value, String path) {
        assertThat(faults(kamelet, Map.of(property, value)))
                .singleElement()
                .asString()
                .startsWith(path + ": ");
    }

    private static List<String> faults(String kamelet, Map<String, Object> properties) {
        return new StepChecks(guard, engine)
                .check("/p", new Step("step", kamelet, properties)).stream()
                        .map(Violation::toString)
                        .toList();
    }
}
