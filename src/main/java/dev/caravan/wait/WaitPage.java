package dev.caravan.wait;

import dev.caravan.problem.Problem;
import dev.caravan.web.Cursor;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a list, newest first. */
record WaitPage(List<Wait> waits, boolean hasMore) {
    /** Whether a wait comes behind this place: it is older, or as old and has a lower number. */
    record Place(Instant requestedAt, long seq) {
        /** The documented cursor is a time: everything before it. Ours has the number as well, and so misses nothing. */
        static @Nullable Place parse(@Nullable String cursor) {
            if (cursor == null) {
                return null;
            }
            try {
                Instant time = OffsetDateTime.parse(cursor).toInstant();
                Instant micros = time.truncatedTo(ChronoUnit.MICROS);
                return new Place(micros.equals(time) ? micros : micros.plus(1, ChronoUnit.MICROS), 0);
            } catch (DateTimeException notATime) {
                return opaque(String.valueOf(Cursor.position(cursor)));
            }
        }

        private static Place opaque(String position) {
            int colon = position.indexOf(':');
            try {
                return new Place(
                        Instant.EPOCH.plus(
                                Long.parseLong(position.substring(0, Math.max(colon, 0))), ChronoUnit.MICROS),
                        Long.parseLong(position.substring(colon + 1)));
            } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
                throw new Problem(WaitReason.INVALID_PARAMETER, "The cursor is neither a time nor a next_cursor.");
            }
        }

        static String cursor(Wait last) {
            return Cursor.of(ChronoUnit.MICROS.between(Instant.EPOCH, last.requestedAt()) + ":" + last.seq());
        }
    }
}
