package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Makes batches with rows that are decided in advance. */
final class Batches {
    static final Instant TIME = Instant.parse("2026-11-21T10:20:30Z");

    private Batches() {}

    /** Messages {@code {"n":0}}, {@code {"n":1}}, … from the first offset on. */
    static Spool spool(Path directory, String topic, long first, int messages) {
        try (SpoolWriter writer =
                new SpoolWriter(Files.createTempDirectory(directory, "spool").resolve("a"), topic, 0, Set.of())) {
            for (int i = 0; i < messages; i++) {
                byte[] value = ("{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8);
                writer.append(first + i, 1_700_000_000_000L + i, null, List.of(), ByteBuffer.wrap(value));
            }
            return writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Batch batch(Spool spool, String pipeline, long epoch, Rows rows) {
        return new Batch(pipeline, 7, spool.range(), epoch, TIME, false, spool, rows, new Batch.Receipt());
    }

    static Batch accepted(Batch batch) {
        return new Batch(
                batch.pipeline(),
                batch.version(),
                batch.range(),
                batch.epoch(),
                batch.batchTime(),
                true,
                batch.spool(),
                batch.rows(),
                batch.receipt());
    }

    static DeadMessage dead(int line, String reason) {
        return new DeadMessage(line, reason, "line " + line + " is bad", "paid");
    }

    /** Rows that write given files: folder to content, each content line one row. */
    record FixedRows(Map<String, byte[]> contents, List<DeadMessage> dead) implements Rows {
        static FixedRows of(byte[] content) {
            return new FixedRows(Map.of("", content), List.of());
        }

        static FixedRows of(Map<String, String> contents) {
            Map<String, byte[]> bytes = new LinkedHashMap<>();
            contents.forEach((folder, text) -> bytes.put(folder, text.getBytes(StandardCharsets.UTF_8)));
            return new FixedRows(bytes, List.of());
        }

        @Override
        public Rows select(String step, String query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Written write(FileFormat format, List<String> by, Map<String, String> metadata, Path directory) {
            List<WrittenFile> files = new ArrayList<>();
            contents.forEach((folder, content) -> {
                try {
                    Path file = directory.resolve("f" + files.size());
                    Files.write(file, content);
                    files.add(new WrittenFile(file, folder, rows(content), content.length));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            return new Written(files, dead);
        }

        @Override
        public List<DeadMessage> forEachJson(Consumer<JsonRow> consumer) {
            throw new UnsupportedOperationException();
        }

        private static long rows(byte[] content) {
            long rows = 0;
            for (byte b : content) {
                rows += b == '\n' ? 1 : 0;
            }
            return rows;
        }
    }

    /** Rows that remember how they were to be written, and come to nothing. */
    static final class Remembering implements Rows {
        private FileFormat format;
        private List<String> partitionBy;
        private Map<String, String> metadata;

        FileFormat format() {
            return format;
        }

        List<String> partitionBy() {
            return partitionBy;
        }

        Map<String, String> metadata() {
            return metadata;
        }

        @Override
        public Rows select(String step, String query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Written write(FileFormat as, List<String> by, Map<String, String> with, Path directory) {
            format = as;
            partitionBy = by;
            metadata = with;
            return new Written(List.of(), List.of());
        }

        @Override
        public List<DeadMessage> forEachJson(Consumer<JsonRow> consumer) {
            throw new UnsupportedOperationException();
        }
    }
}
