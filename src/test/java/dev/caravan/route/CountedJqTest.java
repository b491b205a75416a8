package dev.caravan.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CountedJqTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROW = "{\"n\":3,\"items\":[{\"p\":1},{\"p\":2}],\"text\":\"a,b\"}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".n | [3]",
                "[.items[].p] | add | [3]",
                ".items | map(.p * 2) | [[2,4]]",
                ".text | split(\",\") | [[\"a\",\"b\"]]",
                "[range(3)] | [[0,1,2]]",
                "[limit(2; range(10))] | [[0,1]]",
                "first(range(10; infinite)) | [10]",
                "[.n | while(. > 0; . - 1)] | [[3,2,1]]",
                ".n | until(. > 100; . * 2) | [192]",
                "[0 | recurse(if . < 3 then . + 1 else empty end)] | [[0,1,2,3]]",
                "to_entries | map(.key) | [[\"n\",\"items\",\"text\"]]",
                "def twice(f): f | f; .n | twice(. + 1) | [5]",
                "[paths] | length | [7]",
                "del(.items, .text) | [{\"n\":3}]",
                ".items |= map(.p) | .items | [[1,2]]",
                "path(.items[0].p) | [[\"items\",0,\"p\"]]",
                "try error(\"x\") catch . | [\"x\"]",
                "[.items[] | select(.p > 1)] | length | [1]"
            })
    void whatEndsGivesWhatItGaveBefore(String line) throws Exception {
        int last = line.lastIndexOf(" | [");
        assertThat(results(line.substring(0, last))).hasToString(line.substring(last + 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "last(range(infinite))",
                "range(infinite)",
                "[range(1000000000)]",
                "reduce range(1000000000000) as $x (0; . + 1)",
                "[0 | while(true; .)]",
                "until(false; .)",
                "last(0 | while(true; . + 1))",
                "[0 | recurse(. + 1)]",
                "first(range(infinite) | select(. < 0))",
                "any(range(infinite); . < 0)",
                "def f: f; f",
                "def f: 1 + f; f",
                "last(def f(n): if n == 0 then 1 else (f(n - 1), f(n - 1)) end; f(60))",
                "try last(range(infinite)) catch 1",
                "[limit(1000000000; range(infinite))]",
                "(last(range(infinite)))?"
            })
    void whatDoesNotEndIsGivenUp(String expression) {
        assertThatThrownBy(() -> results(expression))
                .isInstanceOf(JsonQueryException.class)
                .message()
                .containsAnyOf("takes more than 1000000 steps", "calls itself too often");
    }

    @Test
    void eachRowHasAllOfTheSteps() throws Exception {
        String most = "[range(" + CountedJq.MOST_STEPS / 4 + ")] | length";
        for (int row = 0; row < 5; row++) {
            assertThat(results(most)).hasToString("[" + CountedJq.MOST_STEPS / 4 + "]");
        }
    }

    private static List<JsonNode> results(String expression) throws JsonProcessingException {
        List<JsonNode> results = new ArrayList<>();
        JsonQuery query = JsonQuery.compile(expression, Versions.JQ_1_6);
        CountedJq.apply(query, JSON.readTree(ROW), results::add);
        return results;
    }
}
