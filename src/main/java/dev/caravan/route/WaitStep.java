package dev.caravan.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.Step;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.convert.DurationStyle;

/** A step where rows wait, as the author has declared what becomes of them afterwards. */
record WaitStep(String name, boolean goesOnWithout, JsonNode defaultPayload, String resultField) {
    static final String KAMELET = "wait-for-event-action";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST = Duration.ofDays(30);

    static boolean isWait(Step step) {
        return step.kamelet().equals(KAMELET);
    }

    static List<Step> in(PipelineSpec spec) {
        return spec.steps().stream().filter(WaitStep::isWait).toList();
    }

    static WaitStep of(Step step) {
        Object payload = step.properties().get("default_payload");
        return new WaitStep(
                step.name(),
                "continue".equals(step.properties().get("on_timeout")),
                payload == null ? JsonNodeFactory.instance.nullNode() : JSON.valueToTree(payload),
                step.properties().get("result_field") instanceof String field ? field : "signal");
    }

    /** @throws IllegalArgumentException with a sentence when it is none, or not from 1s to 30d */
    static Duration timeout(String text) {
        Duration timeout;
        try {
            timeout = DurationStyle.SIMPLE.parse(text.replace(" ", ""));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is no duration such as 30m", e);
        }
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a time-out is from 1s to 30d");
        }
        return timeout;
    }
}
