package dev.caravan.connection;

/** Which of the three servers run inside Caravan, because nothing else is configured. */
public record Bundled(boolean kafka, boolean database, boolean s3) {
    /** Caravan alone on one machine: defaults may then be those of a first try. */
    public boolean all() {
        return kafka && database && s3;
    }
}
