package dev.caravan.batch;

import org.jspecify.annotations.Nullable;

/**
 * A message of a batch that cannot be processed.
 *
 * @param line its line in the batch's {@link Spool}, 0-based
 * @param reason stable snake_case code, such as {@code malformed_json}
 * @param detail a sentence for a person
 * @param step name of the step that refused it; null when it was not readable at all
 */
public record DeadMessage(
        int line, String reason, String detail, @Nullable String step) {}
