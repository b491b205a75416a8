package dev.caravan.access;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** The file that holds the admin key for the person at this machine; nobody else can read it. */
record KeyFile(Path path) {
    /** The key in it; empty when there is no file. */
    Optional<String> read() {
        try {
            return Files.exists(path) ? Optional.of(Files.readString(path).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new AdminKeyException("The admin key file " + path + " cannot be read: " + e + ".", e);
        }
    }

    /** Writes the key; the file is never there with wider permissions, not even for a moment. */
    void write(String key) {
        try {
            Path directory = path.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.createFile(path, ownerOnly());
            Files.writeString(path, key + System.lineSeparator(), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new AdminKeyException("The admin key file " + path + " cannot be written: " + e + ".", e);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new AdminKeyException("The admin key file " + path + " cannot be deleted: " + e + ".", e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        Set<String> views = FileSystems.getDefault().supportedFileAttributeViews();
        return views.contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
