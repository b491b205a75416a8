package dev.caravan.operation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.lifecycle.OffsetsWish;
import dev.caravan.web.Fields;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The body of {@code PUT /api/v1/pipelines/{pipeline}/offsets}, read strictly. */
final class OffsetsRequest {
    private static final int MAX_PARTITIONS = 10_000;

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private OffsetsRequest() {}

    /** @throws dev.caravan.problem.Problem with everything that is wrong */
    static Operation read(String pipeline, ObjectNode body) {
        Fields in = new Fields(body, "");
        String to = in.text("to");
        String timestamp = in.text("timestamp");
        boolean numbered = in.has("offsets");
        ObjectNode numbers = in.object("offsets");
        OffsetsWish wish = new OffsetsWish.Earliest();
        if ((to == null ? 0 : 1) + (timestamp == null ? 0 : 1) + (numbered ? 1 : 0) != 1) {
            in.wrong("to", "give one of to (earliest or latest), timestamp and offsets");
        } else if (timestamp != null) {
            wish = new OffsetsWish.At(time(in, timestamp));
        } else if (numbered) {
            wish = new OffsetsWish.Numbers(numbers(in, numbers));
        } else {
            wish = known(in, to);
        }
        in.check();
        return new Operation.ResetOffsets(pipeline, wish);
    }

    private static OffsetsWish known(Fields in, @Nullable String to) {
        if ("latest".equals(to)) {
            return new OffsetsWish.Latest();
        }
        if (!"earliest".equals(to)) {
            in.wrong("to", "has to be earliest or latest");
        }
        return new OffsetsWish.Earliest();
    }

    private static Instant time(Fields in, String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isBefore(Instant.EPOCH) || time.isAfter(LAST)) {
                in.wrong("timestamp", "has to be from 1970 to 9999");
                return Instant.EPOCH;
            }
            return time;
        } catch (DateTimeException e) {
            in.wrong("timestamp", "has to be a time such as 2026-01-31T12:00:00Z");
            return Instant.EPOCH;
        }
    }

    private static SortedMap<Integer, Long> numbers(Fields in, ObjectNode object) {
        SortedMap<Integer, Long> numbers = new TreeMap<>();
        Fields each = new Fields(object, "/offsets");
        if (object.isEmpty() || object.size() > MAX_PARTITIONS) {
            in.wrong("offsets", "has to have an offset for 1 to " + MAX_PARTITIONS + " partitions");
            return numbers;
        }
        object.fieldNames().forEachRemaining(name -> {
            Long offset = each.number(name, 0, Long.MAX_VALUE);
            if (!name.matches("0|[1-9][0-9]{0,8}")) {
                each.wrong(name, "is no number of a partition");
            } else if (offset != null) {
                numbers.put(Integer.parseInt(name), offset);
            }
        });
        each.check();
        return numbers;
    }
}
