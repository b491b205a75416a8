package dev.caravan.batch;

import org.jspecify.annotations.Nullable;

/** A batch that did not make it to its sink, and what has to happen with it. Nothing of it is acknowledged. */
public final class BatchException extends RuntimeException {
    /** What the source does with the batch. */
    public enum Kind {
        /** Something outside is away: the same batch again after a back-off. */
        RETRY,
        /** A person has to decide: the pipeline pauses with the reason, the position stays. */
        PAUSE,
        /** Another owner has the partition: the batch is dropped, its new owner reads it again. */
        FENCED,
        /** The pipeline has another version: the batch is dropped, the same owner reads it again for that one. */
        SUPERSEDED
    }

    private final Kind kind;
    private final String reason;

    private BatchException(Kind kind, String reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.reason = reason;
    }

    /** @param reason stable snake_case code, such as {@code s3_unavailable} */
    public static BatchException retry(String reason, String message, @Nullable Throwable cause) {
        return new BatchException(Kind.RETRY, reason, message, cause);
    }

    /** @param reason stable snake_case code, such as {@code too_many_dead_letters} */
    public static BatchException pause(String reason, String message) {
        return new BatchException(Kind.PAUSE, reason, message, null);
    }

    public static BatchException fenced(String message) {
        return new BatchException(Kind.FENCED, "fenced", message, null);
    }

    /** The pipeline has gone over to another version, which reads the same messages: nobody else has the partition. */
    public static BatchException superseded(String message) {
        return new BatchException(Kind.SUPERSEDED, "superseded", message, null);
    }

    public Kind kind() {
        return kind;
    }

    public String reason() {
        return reason;
    }

    /** The sentence for a person; never null. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
