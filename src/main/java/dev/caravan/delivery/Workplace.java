package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.Spool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** An empty directory beside a spool, for one attempt to write files in; gone afterwards. */
record Workplace(Path directory) implements AutoCloseable {
    static Workplace beside(Spool spool) {
        Path parent = spool.file().toAbsolutePath().getParent();
        try {
            return new Workplace(Files.createTempDirectory(parent, "write-"));
        } catch (IOException e) {
            throw BatchException.retry("spool_unavailable", "no file can be written in " + parent + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
