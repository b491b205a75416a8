package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.delivery.ReplayQuery;
import dev.caravan.log.LogLevel;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import dev.caravan.web.Fields;
import dev.caravan.web.Nearest;
import dev.caravan.web.StrictJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /pipeline}, read strictly.
 *
 * @param timeout 1 ms to 5 minutes, 30 s if the body does not say
 * @param retries 0 to 10, 3 if the body does not say
 */
record OperationRequest(Operation operation, Duration timeout, int retries) {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MAX_TIMEOUT_MILLIS = 300_000;
    private static final int RETRIES = 3;
    private static final int MAX_RETRIES = 10;
    private static final int PAGE = 50;
    private static final int MAX_PAGE = 1_000;
    private static final int MAX_EVENTS = 10_000;
    private static final int WINDOW_SECONDS = 60;
    private static final int MAX_WINDOW_SECONDS = 86_400;

    private static final Map<String, Function<Fields, Operation>> KNOWN = known();

    private static Map<String, Function<Fields, Operation>> known() {
        Map<String, Function<Fields, Operation>> known = new LinkedHashMap<>();
        known.put("get", in -> new Operation.Get(pipeline(in)));
        known.put("list", in -> new Operation.ListPipelines(in.text("cursor"), limit(in)));
        known.put("delete", in -> new Operation.Delete(pipeline(in), in.flag("force")));
        known.put("start", in -> new Operation.Start(pipeline(in)));
        known.put("pause", in -> new Operation.Pause(pipeline(in)));
        known.put("resume", in -> new Operation.Resume(pipeline(in), in.flag("accept_dead_letters")));
        known.put("stop", in -> new Operation.Stop(pipeline(in)));
        known.put("ingest", OperationRequest::ingest);
        known.put("transform", TransformRequest::read);
        known.put("versions", in -> new Operation.Versions(pipeline(in), in.text("cursor"), limit(in)));
        known.put("preview", PreviewRequest::read);
        known.put("logs", in -> new Operation.Logs(pipeline(in), level(in), in.text("cursor"), limit(in)));
        known.put("monitor", in -> new Operation.Monitor(pipeline(in), window(in)));
        known.put("files", OperationRequest::files);
        known.put("dead_letters", OperationRequest::deadLetters);
        known.put("replay_dead_letters", OperationRequest::replay);
        return known;
    }

    /** @throws Problem with everything that is wrong */
    static OperationRequest parse(byte[] body) {
        Fields request = new Fields(StrictJson.object(body), "");
        String name = request.requiredText("operation");
        ObjectNode parameters = request.object("parameters");
        Fields options = new Fields(request.object("options"), "/options");
        request.check();
        int timeout = options.number("timeout", 1, MAX_TIMEOUT_MILLIS, TIMEOUT_MILLIS);
        int retries = options.number("retries", 0, MAX_RETRIES, RETRIES);
        options.check();
        return new OperationRequest(operation(name, parameters, "/parameters"), Duration.ofMillis(timeout), retries);
    }

    /**
     * @param path JSON pointer of the parameters
     * @throws Problem with everything that is wrong with them
     */
    static Operation operation(String name, ObjectNode parameters, String path) {
        // the document of a pipeline is checked by those who know it
        if (name.equals("create")) {
            return new Operation.Create(parameters);
        }
        if (name.equals("validate")) {
            return new Operation.Validate(parameters);
        }
        Function<Fields, Operation> known = KNOWN.get(name);
        if (known == null) {
            throw unknown(name);
        }
        Fields fields = new Fields(parameters, path);
        Operation operation = known.apply(fields);
        fields.check();
        return operation;
    }

    private static Problem unknown(String name) {
        List<String> names = new ArrayList<>(List.of("create", "validate"));
        names.addAll(KNOWN.keySet());
        String hint = Nearest.to(name, names)
                .map(nearest -> " Did you mean " + nearest + "?")
                .orElse("");
        String message = "There is no such operation." + hint + " There are " + String.join(", ", names) + ".";
        return new Problem(
                OperationReason.UNKNOWN_OPERATION,
                message,
                List.of(new Violation("/operation", "is not one of the operations")),
                Map.of("operations", names));
    }

    private static Operation ingest(Fields in) {
        String pipeline = pipeline(in);
        String keyField = in.text("key_field");
        JsonNode one = in.any("event");
        JsonNode many = in.any("events");
        if ((one == null) == (many == null)) {
            in.wrong("events", "give either event, one JSON object, or events, an array of them");
        }
        List<JsonNode> events = new ArrayList<>();
        if (one != null) {
            events.add(one);
        } else if (many instanceof ArrayNode array) {
            array.forEach(events::add);
        } else if (many != null) {
            in.wrong("events", "has to be an array");
        }
        if (events.size() > MAX_EVENTS) {
            in.wrong("events", "has more than " + MAX_EVENTS + " elements; send them in several calls");
        }
        return new Operation.Ingest(pipeline, events, keyField);
    }

    private static Operation files(Fields in) {
        return new Operation.Files(
                pipeline(in), in.text("topic"), partition(in), offset(in), in.text("cursor"), limit(in));
    }

    private static Operation deadLetters(Fields in) {
        return new Operation.DeadLetters(
                pipeline(in),
                in.text("topic"),
                partition(in),
                in.text("reason"),
                in.flag("replayed"),
                in.text("cursor"),
                limit(in));
    }

    /** All of them only when that is said: an empty list of conditions may be a mistake. */
    private static Operation replay(Fields in) {
        ReplayQuery query = new ReplayQuery(
                in.text("reason"),
                in.text("topic"),
                partition(in),
                in.number("first_offset", 0, Long.MAX_VALUE),
                in.number("last_offset", 0, Long.MAX_VALUE));
        if (in.flag("all") != query.equals(new ReplayQuery(null, null, null, null, null))) {
            in.wrong(
                    "all", "give either all, true, or conditions: reason, topic, partition, first_offset, last_offset");
        }
        return new Operation.ReplayDeadLetters(pipeline(in), query);
    }

    private static LogLevel level(Fields in) {
        String name = in.text("level");
        for (LogLevel level : LogLevel.values()) {
            if (level.wireName().equals(name)) {
                return level;
            }
        }
        if (name != null) {
            in.wrong("level", "has to be one of debug, info, warn, error");
        }
        return LogLevel.INFO;
    }

    static String pipeline(Fields in) {
        return in.requiredText("pipeline");
    }

    private static int limit(Fields in) {
        return in.number("limit", 1, MAX_PAGE, PAGE);
    }

    private static Duration window(Fields in) {
        return Duration.ofSeconds(in.number("window", 1, MAX_WINDOW_SECONDS, WINDOW_SECONDS));
    }

    private static @Nullable Integer partition(Fields in) {
        Long number = in.number("partition", 0, Integer.MAX_VALUE);
        return number == null ? null : number.intValue();
    }

    private static @Nullable Long offset(Fields in) {
        return in.number("offset", 0, Long.MAX_VALUE);
    }
}
