package dev.caravan.batch;

/**
 * How rows become a file.
 *
 * @param rowGroupSize rows in a Parquet row group, 2,048..10,000,000; ignored by the text formats
 */
public record FileFormat(Type type, Compression compression, int rowGroupSize) {
    public static final int DEFAULT_ROW_GROUP_SIZE = 122_880;

    public FileFormat {
        if (!type.takes(compression)) {
            throw new IllegalArgumentException(
                    type.wireName() + " cannot be compressed with " + compression.wireName());
        }
    }

    /** {@code orders.parquet}, {@code orders.ndjson.gz}: what comes after the name, with the dot. */
    public String extension() {
        if (type == Type.PARQUET) {
            return ".parquet";
        }
        return "." + type.wireName()
                + switch (compression) {
                    case GZIP -> ".gz";
                    case ZSTD -> ".zst";
                    default -> "";
                };
    }

    /** The file formats. */
    public enum Type {
        PARQUET,
        NDJSON,
        CSV;

        /** The one with a wire name. */
        public static Type of(String wireName) {
            return valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
        }

        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** Parquet takes all of them, the text formats gzip, zstd and none. */
        public boolean takes(Compression compression) {
            return this == PARQUET || compression != Compression.SNAPPY;
        }
    }

    /** The compressions. */
    public enum Compression {
        ZSTD,
        SNAPPY,
        GZIP,
        NONE;

        /** The one with a wire name. */
        public static Compression of(String wireName) {
            return valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
        }

        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
