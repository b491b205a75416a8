package dev.caravan.kamelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.problem.Violation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorValuesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KameletCatalog CATALOG = KameletCatalog.load(null);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{env:HOME}}",
                "a{{?x}}",
                "x}}",
                "${bean:evil}",
                "$simple{exchangeId}",
                "pre ${body}",
                "#class:java.lang.ProcessBuilder",
                " #bean:delivery",
                "#delivery",
                "RAW(secret)",
                "RAW{secret}"
            })
    void whatCamelWouldTakeForMoreThanTextIsRefused(String value) throws Exception {
        JsonNode properties = JSON.createObjectNode().put("field", "country").put("value", value);
        assertThat(CATALOG.get("insert-field-action").check(properties, "/p"))
                .extracting(Violation::path)
                .containsExactly("/p/value");
        JsonNode prefix = JSON.createObjectNode().put("bucket", "lake").put("prefix", value);
        assertThat(CATALOG.get("s3-sink").check(prefix, "/p"))
                .extracting(Violation::path)
                .containsExactly("/p/prefix");
    }

    @Test
    void anExpressionMayHoldAnything() {
        String query = "{\"query\":\"SELECT '{{a}}', '${b}', '#c' FROM events\"}";
        assertThat(faults("sql-transform-action", query)).isEmpty();
    }

    @Test
    void ordinaryTextIsAccepted() {
        assertThat(
                        faults(
                                "s3-sink",
                                "{\"bucket\":\"lake\",\"prefix\":\"a#b/dt={yyyy-MM-dd}/$x\",\"partition_by\":[\"'${x}' AS y\"]}"))
                .isEmpty();
    }

    @Test
    void placeholdersAreFoundInListsAndMaps() throws Exception {
        JsonNode definition = JSON.readTree("{\"properties\":{\"m\":{\"type\":\"object\"}}}");
        KameletParameter parameter = new KameletParameter(
                "m", "M", "m.", "object", false, null, List.of(), null, null, null, false, false, false);
        AuthorValues values = new AuthorValues(definition, Map.of("m", parameter));
        assertThat(values.check(JSON.readTree("{\"m\":{\"a/b\":[\"ok\",\"${x}\"],\"${y}\":1}}"), ""))
                .extracting(Violation::path)
                .containsExactly("/m/a~1b/1", "/m/${y}");
    }

    @Test
    void valuesKeepToTheDefinition() {
        assertThat(faults("s3-sink", "{\"row_group_size\":1,\"format\":\"orc\",\"partition_by\":\"day\"}"))
                .containsExactlyInAnyOrder(
                        "/p: field 'bucket' is missing: write 'bucket: lake'",
                        "/p/row_group_size: '1' is too small: at least 2048",
                        "/p/format: 'orc' is not known: write parquet, ndjson or csv",
                        "/p/partition_by: must be a list, not text");
    }

    private static List<String> faults(String kamelet, String properties) {
        try {
            return CATALOG.get(kamelet).check(JSON.readTree(properties), "/p").stream()
                    .map(Violation::toString)
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
