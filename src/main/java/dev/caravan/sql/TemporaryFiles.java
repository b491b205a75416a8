package dev.caravan.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for the files of one run, gone when the run is. */
record TemporaryFiles(Path directory) implements AutoCloseable {
    static TemporaryFiles in(Path parent, String name) throws IOException {
        return new TemporaryFiles(Files.createTempDirectory(parent, name));
    }

    /** The files below a directory, in order of their paths. */
    static List<Path> in(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    static void empty(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(directory)) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        empty(directory);
        Files.delete(directory);
    }
}
