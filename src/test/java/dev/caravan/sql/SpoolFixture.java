package dev.caravan.sql;

import dev.caravan.batch.Header;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Spools made of texts, as the source makes them of records. */
final class SpoolFixture {
    static final long FIRST_OFFSET = 100;
    static final long FIRST_TIMESTAMP = 1_700_000_000_000L;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private SpoolFixture() {}

    static Spool of(Path directory, String... messages) {
        return of(directory, Set.of(), messages);
    }

    /** Offsets count from 100, keys are {@code k100}, …, each message has a header {@code n}. */
    static Spool of(Path directory, Set<MetaColumn> inlined, String... messages) {
        byte[][] bytes = new byte[messages.length][];
        for (int i = 0; i < messages.length; i++) {
            bytes[i] = messages[i].getBytes(StandardCharsets.UTF_8);
        }
        return ofBytes(directory, inlined, bytes);
    }

    static Spool ofBytes(Path directory, Set<MetaColumn> inlined, byte[]... messages) {
        Path file = directory.resolve("spool-" + NUMBER.incrementAndGet() + ".ndjson");
        try (SpoolWriter writer = new SpoolWriter(file, "orders", 3, inlined)) {
            for (int i = 0; i < messages.length; i++) {
                long offset = FIRST_OFFSET + i;
                writer.append(
                        offset,
                        FIRST_TIMESTAMP + i,
                        ("k" + offset).getBytes(StandardCharsets.UTF_8),
                        List.of(new Header("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8))),
                        ByteBuffer.wrap(messages[i]));
            }
            return writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
