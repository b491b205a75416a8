package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Spool;
import dev.caravan.delivery.Delivery;
import dev.caravan.wait.Parking;
import dev.caravan.wait.ParkingPlace;
import dev.caravan.wait.Waits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Parks the rows of a batch: the waits are inserted in the transaction in which the ledger commits the batch, so that they
 * are there exactly when the batch is delivered.
 */
public final class ParkingLot {
    private final VersionRuntimes versions;
    private final Delivery delivery;
    private final Waits waits;

    ParkingLot(VersionRuntimes versions, Delivery delivery, Waits waits) {
        this.versions = versions;
        this.delivery = delivery;
        this.waits = waits;
    }

    /** A row that is to wait. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(int line, String key, byte[] json) {}

    void park(Batch batch, String step, Duration timeout, List<Row> rows, List<DeadMessage> dead) {
        String project = versions.of(batch).project();
        ParkingPlace place = new ParkingPlace(
                project,
                batch.pipeline(),
                batch.version(),
                batch.generation(),
                step,
                Math.toIntExact(timeout.toSeconds()));
        try {
            park(batch, place, rows, dead, Set.of(), parkings -> requireNew(waits.parkNew(place, parkings)));
        } catch (KeysTaken e) {
            Set<String> taken = waits.taken(project, rows.stream().map(Row::key).toList());
            park(batch, place, rows, dead, taken, parkings -> insert(place, parkings));
        }
    }

    private void park(
            Batch batch,
            ParkingPlace place,
            List<Row> rows,
            List<DeadMessage> dead,
            Set<String> taken,
            Consumer<List<Parking>> insertion) {
        Set<String> known = new HashSet<>(taken);
        List<Parking> parkings = new ArrayList<>(rows.size());
        List<DeadMessage> all = new ArrayList<>(dead);
        RunIds runs = new RunIds(batch);
        for (Row row : rows) {
            if (known.add(row.key())) {
                parkings.add(parking(batch, runs, row));
            } else {
                all.add(new DeadMessage(
                        row.line(), "event_key_taken", "another wait has the event key " + row.key(), place.step()));
            }
        }
        delivery.park(batch, all, "wait:" + place.step(), parkings.size(), () -> {
            if (batch.replay() != null) {
                waits.supersede(parkings.stream().map(Parking::run).toList());
            }
            insertion.accept(parkings);
        });
    }

    private static void requireNew(boolean parked) {
        if (!parked) {
            throw new KeysTaken();
        }
    }

    /** Rolls the transaction back: whose the keys are has to be found out first. */
    private static final class KeysTaken extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private void insert(ParkingPlace place, List<Parking> parkings) {
        int parked = waits.park(place, parkings).size();
        if (parked < parkings.size()) {
            // the next attempt sees whose keys those are
            throw BatchException.retry(
                    "event_key_taken", (parkings.size() - parked) + " event keys were taken a moment ago", null);
        }
    }

    private static Parking parking(Batch batch, RunIds runs, Row row) {
        Spool spool = batch.spool();
        int line = row.line();
        byte[] original = spool.original(line);
        return new Parking(
                row.key(),
                runs.of(spool.offset(line)),
                new String(row.json(), StandardCharsets.UTF_8),
                batch.range().topic(),
                batch.range().partition(),
                spool.offset(line),
                spool.key(line),
                HeaderText.write(spool.headers(line)),
                Instant.ofEpochMilli(spool.timestamp(line)),
                Arrays.equals(original, row.json()) ? null : original);
    }
}
