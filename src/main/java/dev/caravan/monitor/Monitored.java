package dev.caravan.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What events are about: a pipeline, or a file that never made one.
 *
 * @param pipeline its id; null for such a file
 * @param program whether the newest text of its document compiles
 * @param programError why it does not
 * @param statusSince when it came to its status
 */
record Monitored(
        long seq,
        String project,
        String name,
        @Nullable String pipeline,
        Program program,
        @Nullable JsonNode programError,
        Instant programSince,
        Instant statusSince) {}
