package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Header;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a step writes one by one, in a spool of their own; for each the message it came from. The files live
 * until the attempt is over.
 */
final class StepOutput implements AutoCloseable {
    private final Batch source;
    private final String step;
    private final Set<MetaColumn> inlined;
    private final SpoolWriter writer;
    private final List<DeadMessage> dead = new ArrayList<>();
    private int[] origins = new int[256];
    private @Nullable Spool finished;

    /** @param inlined metadata columns that later queries name */
    StepOutput(Batch source, String step, Path directory, Set<MetaColumn> inlined) {
        this.source = source;
        this.step = step;
        this.inlined = inlined;
        Path file = directory.resolve(step + "-" + UUID.randomUUID() + ".ndjson");
        try {
            this.writer =
                    new SpoolWriter(file, source.range().topic(), source.range().partition(), inlined);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    Batch source() {
        return source;
    }

    /**
     * @param json one JSON object
     * @param origin the message's line, or -1 when a query has come between
     */
    void add(byte[] json, int origin) {
        int row = writer.size();
        if (row == origins.length) {
            origins = Arrays.copyOf(origins, row * 2);
        }
        origins[row] = origin;
        Spool messages = source.spool();
        try {
            writer.append(
                    origin < 0 ? source.range().first() : messages.offset(origin),
                    origin < 0 ? 0 : messages.timestamp(origin),
                    origin >= 0 && inlined.contains(MetaColumn.KEY) ? messages.key(origin) : null,
                    headers(origin),
                    ByteBuffer.wrap(json));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private List<Header> headers(int origin) {
        if (origin < 0) {
            return List.of();
        }
        if (inlined.stream().anyMatch(MetaColumn::ofCloudEvents)) {
            return source.spool().eventHeaders(origin);
        }
        return inlined.contains(MetaColumn.HEADERS) ? source.spool().headers(origin) : List.of();
    }

    private static BatchException unwritable(IOException cause) {
        return BatchException.retry("disk_unavailable", "rows cannot be written: " + cause.getMessage(), cause);
    }

    /** The step could not process a row; without the message it came from, the whole batch has to wait for a person. */
    void refuse(int origin, String detail) {
        if (origin < 0) {
            throw BatchException.pause(
                    "step_failed", "step '" + step + "' failed on a row that a query made: " + detail);
        }
        dead.add(new DeadMessage(origin, "step_failed", detail, step));
    }

    void refused(List<DeadMessage> already) {
        dead.addAll(already);
    }

    List<DeadMessage> dead() {
        return dead;
    }

    int origin(int row) {
        return origins[row];
    }

    /** Ends the writing and gives the rows back one by one. */
    Iterator<String> texts() {
        Spool spool = finish();
        return spool == null
                ? List.<String>of().iterator()
                : IntStream.range(0, spool.size())
                        .mapToObj(row -> new String(spool.line(row), StandardCharsets.UTF_8))
                        .iterator();
    }

    /** The batch with the rows written so far. */
    Batch batch(VersionRuntime runtime) {
        Spool spool = finish();
        return source.withRows(
                spool == null
                        ? new NoRows(dead)
                        : runtime.openDerived(step, spool, Arrays.copyOf(origins, spool.size()), dead, source));
    }

    /** Like {@link #batch}; what somebody has sent from outside has no fixed type and stays JSON. */
    Batch resumed(VersionRuntime runtime, String signal) {
        Spool spool = finish();
        return source.withRows(
                spool == null
                        ? new NoRows(dead)
                        : runtime.openResumed(step, spool, Arrays.copyOf(origins, spool.size()), dead, source, signal));
    }

    private @Nullable Spool finish() {
        if (writer.size() == 0) {
            return null;
        }
        if (finished == null) {
            try {
                finished = writer.finish();
            } catch (IOException e) {
                throw unwritable(e);
            }
        }
        return finished;
    }

    @Override
    public void close() {
        try {
            if (finished == null) {
                writer.discard();
            } else {
                finished.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
