package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.pipeline.Step;
import dev.caravan.route.LatestMessages;
import dev.caravan.route.Preview;
import dev.caravan.route.PreviewMessage;
import dev.caravan.route.Previews;
import dev.caravan.web.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Shows what the steps of a pipeline, or of one that is only written down, make of some messages. */
@Component
final class Previewing {
    /** Rows in an answer stop here; how many there are is told all the same. */
    private static final long MAX_ANSWER_BYTES = 4L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Pipelines pipelines;
    private final Previews previews;
    private final LatestMessages latest;
    private final Clock clock;

    Previewing(Pipelines pipelines, Previews previews, LatestMessages latest, Clock clock) {
        this.pipelines = pipelines;
        this.previews = previews;
        this.latest = latest;
        this.clock = clock;
    }

    /**
     * @param messages that went in
     * @param error why it ended before the last step; null when it did not
     */
    record Shown(
            int messages, List<StepView> steps, @Nullable Failure error) {}

    record Failure(String reason, String message) {}

    /** @param kamelet null for the messages as they are read */
    record StepView(
            String name,
            @Nullable String kamelet,
            long rowsIn,
            long rowsOut,
            long filtered,
            long dead,
            List<Column> columns,
            List<JsonNode> rows,
            List<Preview.Dead> deadMessages) {}

    record Column(String name, String type) {}

    Shown show(Operation.PreviewSteps asked, Call call) {
        Pipeline pipeline = asked.document() != null
                ? pipelines.draft(call.project(), asked.document())
                : pipelines.draft(call.project(), String.valueOf(asked.pipeline()), asked.change());
        List<PreviewMessage> messages = asked.messages() == null
                ? latest.of(pipeline.topic(), asked.latest(), call.timeout())
                : given(asked.messages());
        if (messages.isEmpty()) {
            return new Shown(0, List.of(), null);
        }
        Preview preview = previews.show(pipeline, messages, asked.limit(), call.timeout());
        long[] left = {MAX_ANSWER_BYTES};
        List<StepView> steps = preview.steps().stream()
                .map(step -> view(step, pipeline.spec().steps(), left))
                .toList();
        Preview.Failure failure = preview.failure();
        return new Shown(
                messages.size(), steps, failure == null ? null : new Failure(failure.reason(), failure.detail()));
    }

    /** A text is taken as the bytes of a message, so that one can be shown that is not JSON. */
    private List<PreviewMessage> given(List<JsonNode> values) {
        List<PreviewMessage> messages = new ArrayList<>(values.size());
        for (JsonNode value : values) {
            byte[] bytes =
                    value.isTextual() ? value.textValue().getBytes(StandardCharsets.UTF_8) : StrictJson.bytes(value);
            messages.add(new PreviewMessage(
                    0, messages.size(), clock.millis(), null, List.of(), value.isNull() ? null : bytes));
        }
        return messages;
    }

    private static StepView view(Preview.StepRows step, List<Step> steps, long[] left) {
        Step of = step.index < 0 ? null : steps.get(step.index);
        long good = step.rowsIn - step.dead.size();
        return new StepView(
                of == null ? "messages" : of.name(),
                of == null ? null : of.kamelet(),
                step.rowsIn,
                step.rowsOut,
                Math.max(0, good - step.rowsOut),
                step.dead.size(),
                step.columns.entrySet().stream()
                        .map(column -> new Column(column.getKey(), column.getValue()))
                        .toList(),
                rows(step.rows, left),
                List.copyOf(step.dead));
    }

    private static List<JsonNode> rows(List<byte[]> rows, long[] left) {
        List<JsonNode> shown = new ArrayList<>();
        for (byte[] row : rows) {
            left[0] -= row.length;
            if (left[0] < 0) {
                break;
            }
            try {
                shown.add(JSON.readTree(row));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shown;
    }
}
