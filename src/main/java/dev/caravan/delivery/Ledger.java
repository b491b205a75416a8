package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ⑧ of 8: the decision log of the deliveries: which offsets of which partition are in which objects. A message may be
 * acknowledged only when its range is COMMITTED here.
 *
 * <p>Every method is one transaction and throws {@link BatchException} of kind RETRY when the database is away, of kind
 * FENCED when the ownership it was called under is no longer the newest.
 */
public interface Ledger {
    /**
     * Takes a partition: whoever owned it before can claim and commit nothing more.
     *
     * @param owner who takes it, for people
     * @param topicId Kafka's id of the topic; null when it is not known
     * @throws BatchException of kind PAUSE with reason {@code topic_recreated} when the ledger knows the topic under another id
     */
    Ownership own(PartitionKey key, String owner, @Nullable String topicId);

    /** Records where a partition starts that has no position yet; has no effect when it has one. */
    void begin(PartitionKey key, long epoch, long offset);

    /**
     * Moves the position of a partition over offsets that are no messages (markers of transactions, compacted messages), so
     * that it comes to the end of its topic. Has no effect when the position is not {@code from}.
     */
    void pass(PartitionKey key, long epoch, long from, long to);

    /**
     * Decides that a range is written, and that the next one starts after it. The range must start at the partition's
     * position. Claiming again what is CLAIMED under this ownership, or COMMITTED, gives that claim as it is, with the
     * object keys it has.
     */
    Claim claim(ClaimRequest request);

    /**
     * Gives a claim another list of objects, because doing it again yields other files than the first time.
     *
     * @param removal deletes the objects of {@code claim} that must go; runs while the claim is locked, so that no new
     *     owner can start on it
     */
    Claim replaceObjects(Claim claim, List<String> objectKeys, Runnable removal);

    /**
     * Ends a claim: its messages are delivered. Keeps the dead letters and publishes {@link BatchCommitted} in the same
     * transaction.
     *
     * @return false when it was COMMITTED already
     */
    boolean commit(Claim claim, Committed result);

    /** Gives a claim up because Kafka no longer has its messages. */
    void expire(Claim claim, String detail);

    /** Deletes everything of a pipeline; whoever still owns a partition of it is fenced. */
    void forget(String pipeline);

    /**
     * Decides that everything that is not claimed yet belongs to a version, a newer one or an older one: each partition
     * goes over at its position, and claims of other versions are refused from now on. Claims that are there keep their
     * version, also when they are done again. A partition without a position goes over with its first claim.
     */
    void switchTo(String pipeline, int version);

    /** Where the versions from {@code first} to {@code last} start, by topic and partition, in the order of the switches. */
    List<VersionSwitch> switches(String pipeline, int first, int last);

    /** What was claimed, newest first. */
    List<FileEntry> files(String pipeline, FileQuery query);

    /** Newest first. */
    List<DeadLetterEntry> deadLetters(String pipeline, DeadLetterQuery query);

    /** Everything COMMITTED so far. */
    Totals totals(String pipeline);

    /** What was COMMITTED from a moment on, by the clock of the database. */
    Totals windowed(String pipeline, Instant since);

    /** By topic and partition. */
    List<PartitionPosition> positions(String pipeline);
}
