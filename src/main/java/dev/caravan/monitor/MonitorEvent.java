package dev.caravan.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One entry in the history of a pipeline.
 *
 * @param id of version 7; within a pipeline ids grow with time
 * @param cause why it was written: a command, {@code reconciled}, or the reason of what went wrong
 * @param actor id of the key that asked, or name of the replica that saw it
 * @param previous the status before, in our own word; null for the first event
 * @param durationMillis how long the pipeline had been in that status
 */
record MonitorEvent(
        UUID id,
        Instant recordedAt,
        Deployment deployment,
        Details details,
        String cause,
        @Nullable String actor,
        @Nullable String previous,
        @Nullable Long durationMillis) {

    /**
     * What a change of is no change of status.
     *
     * @param runtime null while there is no runtime status
     * @param error null unless the deployment has an error
     */
    record Details(
            @Nullable JsonNode resources,
            @Nullable JsonNode runtime,
            @Nullable JsonNode error,
            @Nullable JsonNode storage) {}
}
