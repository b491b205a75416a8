package dev.caravan.embedded;

import dev.caravan.connection.PrivateFiles;
import dev.caravan.connection.S3Connection;
import dev.caravan.connection.StartException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Properties;

/** The keys of the embedded servers: made once, kept in a file that only the owner reads. */
public record Credentials(S3Connection.Keys s3, String databasePassword) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Reads the file, or writes it with new keys. */
    public static Credentials in(Path file) {
        try {
            if (!Files.exists(file)) {
                Credentials made = new Credentials(new S3Connection.Keys(accessKey(), random(30)), random(24));
                PrivateFiles.write(file, made.text());
            }
            Properties kept = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                kept.load(reader);
            }
            return new Credentials(
                    new S3Connection.Keys(get(kept, "s3.access_key", file), get(kept, "s3.secret_key", file)),
                    get(kept, "database.password", file));
        } catch (IOException e) {
            throw new StartException("The keys of the embedded servers cannot be kept in " + file + ": " + e, e);
        }
    }

    private String text() {
        return "s3.access_key=%s\ns3.secret_key=%s\ndatabase.password=%s\n"
                .formatted(s3.access(), s3.secret(), databasePassword);
    }

    private static String get(Properties kept, String name, Path file) {
        String value = kept.getProperty(name);
        if (value == null) {
            throw new StartException(
                    file + " has no " + name + "; the embedded servers were made with it, so restore the file.");
        }
        return value;
    }

    private static String accessKey() {
        return "CVN" + random(12).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "0");
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    @Override
    public String toString() {
        return "Credentials[***]";
    }
}
