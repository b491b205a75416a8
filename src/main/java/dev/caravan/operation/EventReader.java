package dev.caravan.operation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.operation.CheckedEvents.EventError;
import dev.caravan.operation.CheckedEvents.Fit;
import dev.caravan.operation.EventCheck.Refusal;
import dev.caravan.operation.EventCheck.Verdict;
import dev.caravan.problem.Problem;
import dev.caravan.web.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the events of one call and checks each; what is fit is sent with the bytes that it came with. */
final class EventReader {
    /** Kafka's own limit of 1 MiB is for a record with its envelope. */
    static final int MAX_BYTES = (1 << 20) - 256;

    static final int MAX_EVENTS = 50_000;

    private final EventCheck check;
    private final @Nullable String keyField;
    private final List<Fit> fit = new ArrayList<>();
    private final List<EventError> errors = new ArrayList<>();
    private @Nullable JsonParser running;
    private int runningFrom;

    /** @param keyField whose value becomes the message's key; null for messages without one */
    EventReader(EventCheck check, @Nullable String keyField) {
        this.check = check;
        this.keyField = keyField;
    }

    CheckedEvents nodes(List<JsonNode> events) {
        for (int index = 0; index < events.size(); index++) {
            byte[] value = StrictJson.bytes(events.get(index));
            single(value, 0, value.length, index, 0);
        }
        return new CheckedEvents(fit, errors);
    }

    /** One JSON object a line; blank lines do not count. A line that is wrong leaves the others as they are. */
    CheckedEvents lines(byte[] body) {
        int index = 0;
        int line = 1;
        for (int from = 0; from < body.length; line++) {
            int next = from;
            while (next < body.length && body[next] != '\n') {
                next++;
            }
            int to = trimmed(body, from, next);
            if (to > from) {
                requireRoom(index);
                if (!isRead(body, from, to, index, line)) {
                    running = null;
                    single(body, from, to, index, line);
                }
                index++;
            }
            from = next + 1;
        }
        return new CheckedEvents(fit, errors);
    }

    /**
     * Most lines are right, and one parser goes through all of them: to make one for each would cost as much as the reading.
     *
     * @return false when anything about the line is not as it should be; then nothing is said of it yet
     */
    private boolean isRead(byte[] body, int from, int to, int index, int line) {
        if (StrictJson.textFault(body, from, to) != null) {
            return false;
        }
        try {
            if (running == null) {
                running = StrictJson.parser(body, from, body.length);
                runningFrom = from;
            }
            running.nextToken();
            Verdict verdict = check.verdict(running, keyField);
            boolean whole = runningFrom + running.currentLocation().getByteOffset() == to;
            if (whole && verdict.refusal() == null) {
                add(index, body, from, to, verdict, line);
                return true;
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static int trimmed(byte[] body, int from, int to) {
        int end = to;
        while (end > from && (body[end - 1] == ' ' || body[end - 1] == '\t' || body[end - 1] == '\r')) {
            end--;
        }
        return end;
    }

    /** @throws Problem when this is not one JSON array as a whole; then nothing of it is sent */
    CheckedEvents array(byte[] body) {
        String fault = StrictJson.textFault(body, 0, body.length);
        if (fault != null) {
            throw malformed("The body " + fault + ".");
        }
        try (JsonParser at = StrictJson.parser(body, 0, body.length)) {
            if (at.nextToken() != JsonToken.START_ARRAY) {
                throw malformed(
                        "The body has to be a JSON array of events; one object a line is application/x-ndjson.");
            }
            for (int index = 0; at.nextToken() != JsonToken.END_ARRAY; index++) {
                requireRoom(index);
                int from = (int) at.currentTokenLocation().getByteOffset();
                Verdict verdict = check.verdict(at, keyField);
                int to = (int) at.currentLocation().getByteOffset();
                add(index, body, from, to, verdict, 0);
            }
            if (at.nextToken() != null) {
                throw malformed("There is more after the JSON array.");
            }
        } catch (JsonProcessingException e) {
            throw malformed("The body " + StrictJson.fault(e) + ".");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new CheckedEvents(fit, errors);
    }

    private void single(byte[] body, int from, int to, int index, int line) {
        String fault = StrictJson.textFault(body, from, to);
        if (fault != null) {
            refuse(index, "", fault, line);
            return;
        }
        try (JsonParser at = StrictJson.parser(body, from, to)) {
            at.nextToken();
            Verdict verdict = check.verdict(at, keyField);
            if (at.nextToken() == null) {
                add(index, body, from, to, verdict, line);
            } else {
                refuse(index, "", "has more than one JSON value", line);
            }
        } catch (JsonProcessingException e) {
            refuse(index, "", StrictJson.fault(e), line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(int index, byte[] body, int from, int to, Verdict verdict, int line) {
        Refusal refusal = verdict.refusal();
        if (refusal != null) {
            refuse(index, refusal.path(), refusal.reason(), line);
            return;
        }
        Fit event = new Fit(index, Arrays.copyOfRange(body, from, to), verdict.key());
        if (event.size() > MAX_BYTES) {
            refuse(index, "", "is larger than a message may be (" + MAX_BYTES + " bytes)", line);
        } else {
            fit.add(event);
        }
    }

    /** @param line where it is; 0 when it is in no line */
    private void refuse(int index, String path, String reason, int line) {
        errors.add(new EventError(index, path, line == 0 ? reason : "line " + line + ": " + reason));
    }

    private static void requireRoom(int index) {
        if (index >= MAX_EVENTS) {
            throw new Problem(
                    OperationReason.TOO_MANY_EVENTS,
                    "The body has more than " + MAX_EVENTS + " events; send them in several calls.");
        }
    }

    private static Problem malformed(String message) {
        return new Problem(OperationReason.MALFORMED_EVENTS, message);
    }
}
