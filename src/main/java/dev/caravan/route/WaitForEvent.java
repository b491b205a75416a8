package dev.caravan.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Rows.JsonRow;
import dev.caravan.wait.EventKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * The wait-for-event-action Kamelet: the rows of a batch park, which delivers the batch. What goes on later comes through a
 * route of its own, which begins behind this step.
 */
public final class WaitForEvent implements Processor {
    private @Nullable ParkingLot parking;
    private @Nullable KeyTemplate eventKey;
    private Duration timeout = Duration.ofHours(1);
    private String step = "wait";

    public void setParking(ParkingLot parking) {
        this.parking = parking;
    }

    /** @throws IllegalArgumentException when it is no template */
    public void setEventKey(String template) {
        eventKey = KeyTemplate.parse(template);
    }

    /** @throws IllegalArgumentException when it is no duration from 1s to 30d */
    public void setTimeout(String timeout) {
        this.timeout = WaitStep.timeout(timeout);
    }

    /** Has its effect when rows go on, which reads it from the document of their version; so has all that follows. */
    public void setOnTimeout(String outcome) {
        require(List.of("fail", "continue", "dead_letter").contains(outcome), "on_timeout is " + outcome);
    }

    /** @param json an object, or nothing */
    public void setDefaultPayload(String json) {
        require(json.isEmpty() || json.startsWith("{"), "default_payload is no object");
    }

    public void setResultField(String name) {
        require(!name.isBlank(), "result_field is empty");
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException(fault);
        }
    }

    public void setStep(String step) {
        this.step = step;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        List<ParkingLot.Row> rows = new ArrayList<>();
        List<DeadMessage> dead = new ArrayList<>();
        BitSet seen = new BitSet();
        List<DeadMessage> before = batch.rows().forEachJson(row -> sort(row, seen, rows, dead));
        dead.addAll(before);
        Objects.requireNonNull(parking).park(batch, step, timeout, rows, dead);
    }

    private void sort(JsonRow row, BitSet seen, List<ParkingLot.Row> rows, List<DeadMessage> dead) {
        if (row.line() < 0) {
            throw BatchException.pause(
                    "step_failed", "step '" + step + "' takes rows that are messages; put it before queries");
        }
        if (seen.get(row.line())) {
            rows.removeIf(other -> other.line() == row.line());
            dead.add(dead(row, "several_rows", "a message that has become several rows cannot wait"));
            return;
        }
        seen.set(row.line());
        try {
            rows.add(new ParkingLot.Row(row.line(), key(row), row.json()));
        } catch (NoKey e) {
            dead.add(dead(row, "event_key_invalid", e.fault));
        }
    }

    private String key(JsonRow row) throws NoKey {
        String key;
        try {
            key = Objects.requireNonNull(eventKey)
                    .of(RowJson.read(row.json()))
                    .orElseThrow(
                            () -> new NoKey("a field of the event key is missing, or is no text, number or boolean"));
        } catch (JsonProcessingException e) {
            throw new NoKey("the row cannot be read for its event key: " + e.getOriginalMessage());
        }
        Optional<String> fault = EventKey.fault(key);
        if (fault.isPresent()) {
            throw new NoKey("the event key " + fault.get());
        }
        return key;
    }

    private static final class NoKey extends Exception {
        private static final long serialVersionUID = 1;

        private final String fault;

        NoKey(String fault) {
            super(fault, null, false, false);
            this.fault = fault;
        }
    }

    private DeadMessage dead(JsonRow row, String reason, String detail) {
        return new DeadMessage(row.line(), reason, detail, step);
    }
}
