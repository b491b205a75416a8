package dev.caravan.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The rows of a batch between two steps. Lazy: {@link #select} only remembers the query, the reading, every query and
 * the writing happen in one pass when a sink asks for the result. Methods that run throw {@link BatchException}.
 */
public interface Rows {
    /** The rows that a checked SELECT makes of these; {@code events} names these rows in it. */
    Rows select(String step, String query);

    /**
     * Runs everything remembered and writes files into {@code directory}, which is empty and exists: one, or one for each
     * combination of {@code partitionBy} values; none when no row is left.
     *
     * @param metadata key-value metadata of every file, where the format has a place for it
     */
    Written write(FileFormat format, List<String> partitionBy, Map<String, String> metadata, Path directory);

    /**
     * Runs everything remembered and gives each row as one JSON object in UTF-8, in order.
     *
     * @return the messages that could not be processed
     */
    List<DeadMessage> forEachJson(Consumer<JsonRow> consumer);

    /**
     * Runs everything remembered and shows some of what comes out; nothing is left behind.
     *
     * @param limit rows to show
     */
    default Sample sample(int limit) {
        List<byte[]> shown = new ArrayList<>();
        long[] rows = new long[1];
        List<DeadMessage> dead = forEachJson(row -> {
            if (rows[0]++ < limit) {
                shown.add(row.json());
            }
        });
        return new Sample(Map.of(), rows[0], shown, dead);
    }

    /**
     * Some of the rows.
     *
     * @param columns types by name, in order; empty when there is no row or they are not known
     * @param rows how many there are
     * @param shown the first ones, each a JSON object in UTF-8
     */
    record Sample(Map<String, String> columns, long rows, List<byte[]> shown, List<DeadMessage> dead) {
        public Sample {
            columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
            shown = List.copyOf(shown);
            dead = List.copyOf(dead);
        }
    }

    /**
     * A row as JSON.
     *
     * @param json one JSON object without a line break, in UTF-8
     * @param line the {@link Spool} line it came from, or -1 when a query has come between
     */
    @SuppressWarnings("ArrayRecordComponent")
    record JsonRow(byte[] json, int line) {}

    /**
     * What {@link #write} made.
     *
     * @param dead the messages that are in no file because they cannot be processed, by line
     */
    record Written(List<WrittenFile> files, List<DeadMessage> dead) {
        public Written {
            files = List.copyOf(files);
            dead = List.copyOf(dead);
        }

        public long rows() {
            return files.stream().mapToLong(WrittenFile::rows).sum();
        }
    }

    /**
     * A local file.
     *
     * @param folder Hive folders such as {@code day=2026-01-01/country=CH}, percent-encoded; empty when not partitioned
     */
    record WrittenFile(Path file, String folder, long rows, long bytes) {}
}
