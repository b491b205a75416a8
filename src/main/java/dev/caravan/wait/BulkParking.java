package dev.caravan.wait;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

/**
 * Rows that wait under keys that nobody has, by PostgreSQL's binary COPY: several times as fast as a statement that has to
 * look who has them. A key that somebody has makes it fail as a whole.
 */
@Repository
final class BulkParking {
    private static final String COPY = """
            COPY wait (id, project, event_key, status, request_payload, timeout_secs, requested_at, expires_at, pipeline,
                version, step, run, topic, partition, "offset", message_key, message_headers, message_time, message,
                generation)
            FROM STDIN (FORMAT binary)""";

    private static final int COLUMNS = 20;
    private static final int CHUNK = 64 << 10;
    private static final long EPOCH_SECOND = 946_684_800;
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};

    private final JdbcTemplate template;

    BulkParking(JdbcTemplate template) {
        this.template = template;
    }

    /**
     * Part of the transaction around it.
     *
     * @param rows each with another key
     * @throws org.springframework.dao.DuplicateKeyException when a key has a live wait or an early event
     */
    void park(ParkingPlace place, List<Parking> rows) {
        Instant now = Objects.requireNonNull(template.queryForObject("SELECT clock_timestamp()", OffsetDateTime.class))
                .toInstant();
        // in the order of their keys, so that two batches never wait for each other in a circle
        List<Parking> sorted =
                rows.stream().sorted(Comparator.comparing(Parking::key)).toList();
        template.execute((Connection connection) -> copy(connection, place, sorted, micros(now)));
        template.update("""
                INSERT INTO wait_count AS c (project, slot, waiting, received, timed_out, canceled, waited)
                VALUES (?, pg_backend_pid() % 64, ?, 0, 0, 0, 0)
                ON CONFLICT (project, slot) DO UPDATE SET waiting = c.waiting + excluded.waiting""", place.project(), rows.size());
    }

    private static long copy(Connection connection, ParkingPlace place, List<Parking> rows, long now)
            throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
        try {
            Tuples tuples = new Tuples(copy);
            long at = now;
            for (Parking row : rows) {
                tuples.add(place, row, at++);
            }
            tuples.end();
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static long micros(Instant time) {
        return (time.getEpochSecond() - EPOCH_SECOND) * 1_000_000 + time.getNano() / 1_000;
    }

    /** The format that PostgreSQL describes for COPY: each field its length and its bytes. */
    private static final class Tuples {
        private final CopyIn copy;
        private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK);
        private final DataOutputStream out = new DataOutputStream(chunk);

        Tuples(CopyIn copy) {
            this.copy = copy;
            write(() -> {
                out.write(SIGNATURE);
                out.writeLong(0);
            });
        }

        void add(ParkingPlace place, Parking row, long at) throws SQLException {
            write(() -> {
                out.writeShort(COLUMNS);
                uuid(UUID.randomUUID());
                text(place.project());
                text(row.key());
                text(WaitStatus.WAITING.id());
                text(row.row());
                number(place.timeoutSecs());
                large(at);
                large(at + place.timeoutSecs() * 1_000_000L);
                text(place.pipeline());
                number(place.version());
                text(place.step());
                uuid(row.run());
                text(row.topic());
                number(row.partition());
                large(row.offset());
                bytes(row.messageKey());
                text(row.messageHeaders());
                large(micros(row.messageTime()));
                bytes(row.message());
                number(place.generation());
            });
            if (chunk.size() >= CHUNK) {
                flush();
            }
        }

        void end() throws SQLException {
            write(() -> out.writeShort(-1));
            flush();
        }

        private void flush() throws SQLException {
            copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
            chunk.reset();
        }

        private void uuid(UUID id) throws IOException {
            out.writeInt(16);
            out.writeLong(id.getMostSignificantBits());
            out.writeLong(id.getLeastSignificantBits());
        }

        private void number(int value) throws IOException {
            out.writeInt(4);
            out.writeInt(value);
        }

        private void large(long value) throws IOException {
            out.writeInt(8);
            out.writeLong(value);
        }

        private void text(@Nullable String text) throws IOException {
            bytes(text == null ? null : text.getBytes(StandardCharsets.UTF_8));
        }

        private void bytes(byte @Nullable [] value) throws IOException {
            out.writeInt(value == null ? -1 : value.length);
            if (value != null) {
                out.write(value);
            }
        }

        @FunctionalInterface
        private interface Writing {
            void run() throws IOException;
        }

        private static void write(Writing writing) {
            try {
                writing.run();
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
        }
    }
}
