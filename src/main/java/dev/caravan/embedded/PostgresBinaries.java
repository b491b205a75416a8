package dev.caravan.embedded;

import dev.caravan.connection.PrivateFiles;
import dev.caravan.connection.StartException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The programs of PostgreSQL for this machine, unpacked from the class path. They appear under their final name only when
 * all are there, so that a start that was killed leaves nothing half unpacked in the way.
 */
final class PostgresBinaries {
    private PostgresBinaries() {}

    /** The unpacked directory with {@code bin}, {@code lib} and {@code share}; unpacks on the first call. */
    static Path unpack(Path directory) {
        String name = name();
        URL archive = PostgresBinaries.class.getResource("/" + name + ".txz");
        if (archive == null) {
            throw new StartException("There is no PostgreSQL for this machine (" + name
                    + ") in this build; set SPRING_DATASOURCE_URL to a PostgreSQL of yours.");
        }
        try {
            long size = archive.openConnection().getContentLengthLong(); // tells one build's programs from another's
            Path target = directory.toAbsolutePath().resolve(name + "-" + size);
            if (!Files.exists(target)) {
                PrivateFiles.createDirectory(directory.toAbsolutePath());
                Path draft = Files.createTempDirectory(directory.toAbsolutePath(), "unpacking-");
                extract(archive, draft);
                moveUnlessThere(draft, target);
            }
            return target;
        } catch (IOException e) {
            throw new StartException("PostgreSQL cannot be unpacked to " + directory + ": " + e, e);
        }
    }

    private static String name() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String system = os.startsWith("win") ? "windows" : os.startsWith("mac") ? "darwin" : "linux";
        return "postgres-" + system + "-" + (arch.equals("aarch64") ? "arm_64" : "x86_64");
    }

    private static void moveUnlessThere(Path draft, Path target) throws IOException {
        try {
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.exists(target)) {
                throw e;
            }
        }
    }

    private static void extract(URL archive, Path target) throws IOException {
        try (InputStream bytes = archive.openStream();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(bytes)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("The archive has an entry outside of it: " + entry.getName());
                }
                Files.createDirectories(entry.isDirectory() ? path : path.resolveSibling(""));
                extract(tar, entry, path);
            }
        }
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            return;
        }
        if (entry.isSymbolicLink() || entry.isLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        boolean executable = (entry.getMode() & 0100) != 0;
        if (executable && !path.toFile().setExecutable(true, true)) {
            throw new IOException(path + " cannot be made executable");
        }
    }
}
