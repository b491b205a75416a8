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
import java.nio.charset.StandardCharsets;
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
        PlainEvents plain = plain(body, false);
        int index = 0;
        int line = 1;
        for (int from = 0; from < body.length; line++) {
            int to = plain.end(from);
            int next = to < 0 ? -1 : afterBlanks(body, to, false);
            boolean right = next == body.length || (next >= 0 && body[next] == '\n');
            if (right) {
                requireRoom(index);
                add(index++, body, from, to, plain.key(), line);
            } else {
                next = lineFeed(body, from);
                to = trimmed(body, from, next);
                if (to > from) {
                    requireRoom(index);
                    single(body, from, to, index++, line);
                }
            }
            from = next + 1;
        }
        return new CheckedEvents(fit, errors);
    }

    private PlainEvents plain(byte[] body, boolean acrossLines) {
        byte[] key = keyField == null ? null : keyField.getBytes(StandardCharsets.UTF_8);
        return new PlainEvents(body, check.columns(), key, acrossLines);
    }

    private static int lineFeed(byte[] body, int from) {
        int at = from;
        while (at < body.length && body[at] != '\n') {
            at++;
        }
        return at;
    }

    private static int afterBlanks(byte[] body, int from, boolean lineFeeds) {
        int at = from;
        while (at < body.length && (isBlank(body[at]) || (lineFeeds && body[at] == '\n'))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte one) {
        return one == ' ' || one == '\t' || one == '\r';
    }

    private static int trimmed(byte[] body, int from, int to) {
        int end = to;
        while (end > from && isBlank(body[end - 1])) {
            end--;
        }
        return end;
    }

    /** @throws Problem when this is not one JSON array as a whole; then nothing of it is sent */
    CheckedEvents array(byte[] body) {
        if (isPlainArray(body)) {
            return new CheckedEvents(fit, errors);
        }
        fit.clear();
        errors.clear();
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

    private boolean isPlainArray(byte[] body) {
        PlainEvents plain = plain(body, true);
        int at = afterBlanks(body, 0, true);
        if (at == body.length || body[at] != '[') {
            return false;
        }
        int index = 0;
        do {
            int from = afterBlanks(body, at + 1, true);
            int to = plain.end(from);
            if (to < 0 || index >= MAX_EVENTS) {
                return false;
            }
            add(index++, body, from, to, plain.key(), 0);
            at = afterBlanks(body, to, true);
        } while (at < body.length && body[at] == ',');
        return at < body.length && body[at] == ']' && afterBlanks(body, at + 1, true) == body.length;
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
        add(index, body, from, to, verdict.key(), line);
    }

    private void add(int index, byte[] body, int from, int to, byte @Nullable [] key, int line) {
        Fit event = new Fit(index, Arrays.copyOfRange(body, from, to), key);
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
