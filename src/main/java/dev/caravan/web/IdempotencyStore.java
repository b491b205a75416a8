package dev.caravan.web;

import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which POST requests with an idempotency key run, and what was answered to those that have run.
 *
 * <pre>
 *             begin               finish
 *   (nothing) ─────► running ─────────────► answered ── 24 h ──► (nothing)
 *       ▲               │ abandon, or its lease ends and somebody begins again
 *       └───────────────┘
 * </pre>
 */
interface IdempotencyStore {
    /** How long the first answer is given again. */
    Duration KEPT = Duration.ofHours(24);

    /** Larger answers are not kept. */
    int MAX_ANSWER = 1 << 20;

    /** What is the case for a key that somebody wants to begin with. */
    sealed interface Found {}

    /** The request is the caller's to run, under the token. */
    record Begun(UUID token) implements Found {}

    /** Somebody runs it right now. */
    record Running() implements Found {}

    /** The key was used for another request. */
    record OtherRequest() implements Found {}

    /** It has run, and this was answered. */
    record Answered(Kept answer) implements Found {}

    /**
     * An answer as it is kept.
     *
     * @param body null when it was too large to be kept
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares answers
    record Kept(
            int status,
            @Nullable String contentType,
            @Nullable String location,
            byte @Nullable [] body) {}

    /** One of any number of callers at the same time, on any replica, is told {@link Begun}. */
    Found begin(IdempotencyKey key, Duration lease);

    /** @return whether the answer is the one that counts: false for who lost the lease to somebody else */
    boolean finish(UUID token, Kept answer);

    /** Forgets a request that came to nothing, so that it can be sent again. */
    void abandon(UUID token);

    void renew(Collection<UUID> running, Duration lease);

    /** Deletes what is older than {@link #KEPT}. @return how many */
    int purge();
}
