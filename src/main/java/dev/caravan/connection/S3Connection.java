package dev.caravan.connection;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where the object store is.
 *
 * @param endpoint null: AWS itself; given: addressed path style
 * @param keys null: the default credentials chain of AWS
 */
public record S3Connection(
        @Nullable URI endpoint, String region, @Nullable Keys keys) {
    /** A pair of keys. */
    public record Keys(String access, String secret) {
        @Override
        public String toString() {
            return access + ":***";
        }
    }

    @Override
    public String toString() {
        return "S3 at " + (endpoint == null ? "AWS in " + region : endpoint);
    }
}
