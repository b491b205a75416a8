package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.TransientDataAccessResourceException;

/** The options of {@code POST /pipeline}: how long it may take, and how often it is tried again. */
class OptionsTest extends ApiSlice {
    private static final String START = "{\"operation\":\"start\",\"parameters\":{\"pipeline\":\"a\"}%s}";

    @Test
    void whatIsNotSaidIsThirtySecondsAndThreeRetries() throws Exception {
        failsFirst(3);

        assertThat(post(LIST).statusCode()).isEqualTo(200);
        assertThat(operations.calls).hasSize(4).allSatisfy(call -> assertThat(call.timeout())
                .isEqualTo(Duration.ofSeconds(30)));
    }

    @Test
    void whatStaysAwayIsToldWhenTheRetriesAreUsedUp() throws Exception {
        failsFirst(100);

        refused(post(list("{\"retries\":1}")), 503, "TIMEOUT", "operation.dependency_away");
        assertThat(operations.asked).hasSize(2);
        refused(post(list("{\"retries\":0}")), 503, "TIMEOUT", "operation.dependency_away");
        assertThat(operations.asked).hasSize(3);
    }

    @Test
    void noRetryBeginsAfterTheTimeout() throws Exception {
        failsFirst(100);

        refused(post(list("{\"retries\":10,\"timeout\":250}")), 503, "TIMEOUT", "operation.dependency_away");
        assertThat(operations.asked).as("at once and after 100 ms").hasSize(2);
    }

    @Test
    void whatMightBeDoneTwiceIsNotTriedAgain() throws Exception {
        failsFirst(100);

        String create = "{\"operation\":\"create\",\"parameters\":{},\"options\":{\"retries\":10}}";
        refused(post(create), 503, "TIMEOUT", "operation.dependency_away");
        assertThat(operations.asked).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"timeout, 1, 300000", "retries, 0, 10"})
    void anOptionOutsideItsLimitsIs400(String option, int least, int most) throws Exception {
        for (int within : new int[] {least, most}) {
            assertThat(post(START.formatted(",\"options\":{\"" + option + "\":" + within + "}"))
                            .statusCode())
                    .as("%s %d", option, within)
                    .isEqualTo(200);
        }
        for (String outside : new String[] {"" + (least - 1), "" + (most + 1), "1.5", "\"5\"", "true", "[1]"}) {
            HttpResponse<String> answer = post(START.formatted(",\"options\":{\"" + option + "\":" + outside + "}"));
            JsonNode error = refused(answer, 400, "VALIDATION_ERROR", "web.invalid_fields");
            assertThat(error.at("/details/violations/0/path").asText()).isEqualTo("/options/" + option);
        }
        assertThat(operations.asked).hasSize(2);
    }

    @Test
    void anOptionThatNobodyKnowsIs400() throws Exception {
        refused(post(list("{\"timeuot\":5}")), 400, "VALIDATION_ERROR", "web.invalid_fields");
        assertThat(operations.asked).isEmpty();
    }

    private static String list(String options) {
        return "{\"operation\":\"list\",\"options\":" + options + "}";
    }

    /** The database is away for so many tries. */
    private void failsFirst(int tries) {
        operations.answer = (operation, call) -> {
            if (operations.asked.size() <= tries) {
                throw new TransientDataAccessResourceException("away");
            }
            return Map.of();
        };
    }
}
