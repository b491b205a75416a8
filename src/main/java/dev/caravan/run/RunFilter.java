package dev.caravan.run;

import dev.caravan.problem.Problem;
import dev.caravan.web.Cursor;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which runs a list shows; null for all.
 *
 * @param pipeline id or name
 * @param since the earliest moment at which their newest wait began
 * @param until the first moment that is too late
 * @param after where the page before ended
 */
record RunFilter(
        @Nullable RunStatus status,
        @Nullable String pipeline,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable Place after,
        int limit) {

    /** Runs are listed by the moment at which their newest wait began, and by its number. */
    record Place(Instant requestedAt, long seq) {
        static String cursor(Run run) {
            Instant at = run.newest().requestedAt();
            return Cursor.of(at.getEpochSecond() + ":" + at.getNano() + ":"
                    + run.newest().seq());
        }

        static @Nullable Place parse(@Nullable String cursor) {
            String position = Cursor.position(cursor);
            if (position == null) {
                return null;
            }
            String[] parts = position.split(":", -1);
            try {
                return new Place(
                        Instant.ofEpochSecond(Long.parseLong(parts[0]), Integer.parseInt(parts[1])),
                        Long.parseLong(parts[2]));
            } catch (RuntimeException notOurs) {
                throw new Problem(RunReason.INVALID_PARAMETER, "The cursor is not one of a next_cursor of this list.");
            }
        }
    }

    static @Nullable UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException noRunHasIt) {
            return null;
        }
    }
}
