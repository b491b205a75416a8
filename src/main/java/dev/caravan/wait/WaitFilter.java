package dev.caravan.wait;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which waits a list shows; null for all.
 *
 * @param ofPipelines true for those of pipelines only, false for those of others only
 * @param pipeline id or name
 * @param since the earliest {@code requested_at}
 * @param until the first {@code requested_at} that is too late
 */
record WaitFilter(
        @Nullable WaitStatus status,
        @Nullable UUID run,
        @Nullable Boolean ofPipelines,
        @Nullable String prefix,
        @Nullable String pipeline,
        @Nullable Instant since,
        @Nullable Instant until) {
    static final WaitFilter ALL = new WaitFilter(null, null, null, null, null, null, null);
}
