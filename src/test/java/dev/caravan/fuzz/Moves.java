package dev.caravan.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;

/**
 * The operations that wait, by contract, until the replicas have followed or {@code options.timeout} is over. Each is sent
 * with a short one, and may say then that the time was too short: nothing else may.
 */
final class Moves {
    static final String PATH = "/pipeline";

    private static final Set<String> NAMES =
            Set.of("start", "pause", "resume", "stop", "delete", "transform", "replay_dead_letters");

    /** A second less than a hang. */
    private static final int LONGEST_MILLIS = 4_000;

    /** Too short for most. */
    private static final int SHORT_MILLIS = 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private Moves() {}

    /** The same body; if it is a move that might wait for longer, as one that does not. */
    static byte[] hurried(byte[] body, Random random) {
        JsonNode read = read(body);
        if (!(read instanceof ObjectNode request) || !isOne(request)) {
            return body;
        }
        JsonNode options = request.path("options");
        JsonNode timeout = options.path("timeout");
        boolean standard = isAbsent(options) || (options.isObject() && isAbsent(timeout));
        if (!standard && !(timeout.isIntegralNumber() && timeout.asDouble() > LONGEST_MILLIS)) {
            return body;
        }
        int millis = 1 + random.nextInt(random.nextInt(3) == 0 ? SHORT_MILLIS : LONGEST_MILLIS);
        ((ObjectNode) (options.isObject() ? options : request.putObject("options"))).put("timeout", millis);
        return request.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether this is the contract's answer that a move goes on for longer than its limit of time, and that time is over. */
    static boolean isTooSoon(FuzzRequest request, RawHttp.Answer answer) {
        JsonNode body = read(request.plainBody());
        JsonNode error = read(answer.body().getBytes(StandardCharsets.UTF_8)).path("error");
        return answer.status() == 503
                && request.path().equals(PATH)
                && isOne(body)
                && answer.millis() >= body.at("/options/timeout").asLong(Long.MAX_VALUE)
                && error.path("code").asText().equals("TIMEOUT")
                && error.at("/details/reason").asText().equals("pipeline.timeout");
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static boolean isOne(JsonNode request) {
        return NAMES.contains(request.path("operation").asText());
    }

    private static JsonNode read(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException notJson) {
            return JSON.missingNode();
        }
    }
}
