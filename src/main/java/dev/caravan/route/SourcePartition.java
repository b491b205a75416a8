package dev.caravan.route;

import dev.caravan.batch.Header;
import dev.caravan.batch.OffsetRange;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import dev.caravan.delivery.Claim;
import dev.caravan.delivery.Ownership;
import dev.caravan.delivery.PartitionKey;
import dev.caravan.pipeline.BatchLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One assigned partition: the batch that fills, and those that are closed but not committed. After a change of owner the
 * claims left behind come first, each with exactly its range, its version and its time.
 */
final class SourcePartition {
    private static final Duration NEVER = Duration.ofDays(365);
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final SourceRuntime runtime;
    private final TopicPartition partition;
    private final PartitionKey key;
    private final Clock clock;
    private final Deque<Claim> unfinished = new ArrayDeque<>();
    private final Deque<PendingBatch> closed = new ArrayDeque<>();
    private boolean owned;
    private long ownNotBefore = System.nanoTime();
    private int ownFailures;
    private long ownFailingSince;
    private long epoch;
    private int generation = 1;
    private long next;
    private @Nullable SpoolWriter open;
    private long openedAt;
    private Instant openTime = Instant.EPOCH;
    private int openVersion;
    private long openFirst;
    private long quietSince;

    SourcePartition(SourceRuntime runtime, TopicPartition partition, Clock clock) {
        this.runtime = runtime;
        this.partition = partition;
        this.key = new PartitionKey(runtime.pipeline(), partition.topic(), partition.partition());
        this.clock = clock;
    }

    TopicPartition partition() {
        return partition;
    }

    PartitionKey key() {
        return key;
    }

    long epoch() {
        return epoch;
    }

    /** Of the partition, as it is owned. */
    int generation() {
        return generation;
    }

    boolean owned() {
        return owned;
    }

    boolean ownDue(long nanos) {
        return !owned && nanos - ownNotBefore >= 0;
    }

    Duration ownFailed() {
        if (ownFailures == 0) {
            ownFailingSince = System.nanoTime();
        }
        Duration delay = Duration.ofMillis(Math.min(30_000, 500L << Math.min(ownFailures++, 6)));
        ownNotBefore = System.nanoTime() + delay.toNanos();
        return delay;
    }

    /** The partition is ours: reading goes on at {@link #readFrom}. */
    void own(Ownership ownership, long position) {
        owned = true;
        ownFailures = 0;
        epoch = ownership.epoch();
        generation = ownership.generation();
        unfinished.clear();
        unfinished.addAll(ownership.unfinished());
        next = position;
        quietSince = System.nanoTime();
    }

    /** The claim to finish before anything new is read. */
    @Nullable Claim recovering() {
        return unfinished.peekFirst();
    }

    /** Where the consumer has to stand: at the first claim left behind, else at the ledger's position. */
    long readFrom() {
        Claim claim = recovering();
        return claim == null ? next : claim.range().first();
    }

    /** The pipeline has another version: what is not claimed yet is read again for it. */
    void startOver() {
        release();
        ownNotBefore = System.nanoTime();
    }

    /** Adds the versions of the batches that are open or closed here, and of those left behind. */
    void addVersions(Set<Integer> versions) {
        unfinished.forEach(claim -> versions.add(claim.version()));
        closed.forEach(batch -> versions.add(batch.version()));
        if (open != null) {
            versions.add(openVersion);
        }
    }

    /** Drops everything that is not committed; the ledger still knows where to go on. */
    void release() {
        owned = false;
        unfinished.clear();
        closed.forEach(batch -> batch.spool().close());
        closed.clear();
        discardOpen();
    }

    /** Drops what is not committed and owns nothing more: the source stops, whoever starts it next reads it again. */
    void giveUp() {
        release();
        ownNotBefore = System.nanoTime() + NEVER.toNanos();
    }

    /** The open batch's files are lost (a full disk): reading goes on at its first message. */
    void discardOpen() {
        SpoolWriter writer = open;
        open = null;
        if (writer != null) {
            try {
                writer.discard();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Adds a message; while a claim is being finished those behind it are left for later. */
    void append(ConsumerRecord<byte[], ByteBuffer> message) throws IOException {
        Claim claim = recovering();
        if (claim != null && (message.offset() > claim.range().last() || !closed.isEmpty())) {
            return;
        }
        SpoolWriter writer = open;
        if (writer == null) {
            writer = openWriter(claim);
            open = writer;
        }
        writer.appendMessage(message.offset(), message.timestamp(), message.key(), headers(message), message.value());
        if (claim == null) {
            next = message.offset() + 1;
            if (full(writer)) {
                close();
            }
        }
    }

    /** Messages have just been added. */
    void heard(long nanos) {
        quietSince = nanos;
    }

    private SpoolWriter openWriter(@Nullable Claim claim) throws IOException {
        int version = claim == null ? runtime.versions().current() : claim.version();
        openVersion = version;
        openFirst = next;
        openedAt = System.nanoTime();
        openTime = claim == null ? clock.instant() : claim.batchTime();
        String name = partition + "-" + UUID.randomUUID() + ".ndjson";
        return new SpoolWriter(
                runtime.versions().directory(version).resolve(name),
                partition.topic(),
                partition.partition(),
                runtime.versions().inlined(version));
    }

    private boolean full(SpoolWriter writer) {
        BatchLimits limits = runtime.versions().limits();
        return writer.size() >= limits.maxEvents() || writer.bytes() >= limits.maxBytes();
    }

    /** Closes the open batch when it is old enough, or at once when everything has to go out. */
    void closeWhenDue(long nanos, boolean now) throws IOException {
        if (open != null && recovering() == null && (now || untilOld(nanos).compareTo(Duration.ZERO) <= 0)) {
            close();
        }
    }

    /**
     * Closes the batch of the claim that is being finished once the consumer has passed its end.
     *
     * @return false when Kafka had no message of the claim any more
     */
    boolean closeRecovered(long position) throws IOException {
        Claim claim = recovering();
        if (claim == null || !closed.isEmpty() || position <= claim.range().last()) {
            return true;
        }
        if (open == null) {
            return false;
        }
        close();
        return true;
    }

    private void close() throws IOException {
        SpoolWriter writer = java.util.Objects.requireNonNull(open);
        open = null;
        Spool spool = writer.finish();
        Claim claim = recovering();
        // from where reading stood, not from the first message: what is between (markers of transactions) is nobody
        // else's
        OffsetRange range = claim != null
                ? claim.range()
                : new OffsetRange(
                        partition.topic(),
                        partition.partition(),
                        openFirst,
                        spool.range().last());
        closed.add(new PendingBatch(spool, range, openVersion, openTime));
    }

    private Duration untilOld(long nanos) {
        return runtime.versions().limits().maxInterval().minusNanos(nanos - openedAt);
    }

    /** The oldest closed batch, when its time has come. */
    @Nullable PendingBatch due(long nanos) {
        PendingBatch first = closed.peekFirst();
        return first != null && first.due(nanos) ? first : null;
    }

    /** The oldest closed batch is committed; says whether it was a claim left behind, so that reading has to jump. */
    boolean finished() {
        PendingBatch done = closed.removeFirst();
        done.spool().close();
        return unfinished.pollFirst() != null;
    }

    /** Whether no message has come for a while, and nothing is open. */
    boolean quiet(long nanos) {
        return owned && !unfinishedMessages() && nanos - quietSince >= QUIET.toNanos();
    }

    /** Where reading goes on, but for claims left behind. */
    long next() {
        return next;
    }

    /** The ledger knows that nothing is before this position. */
    void passed(long position) {
        next = position;
    }

    void retryNow() {
        closed.forEach(PendingBatch::retryNow);
    }

    /** Whether the consumer may fetch: one batch at a time is on its way, and only of an owned partition. */
    boolean mayFetch() {
        return owned && closed.isEmpty();
    }

    boolean unfinishedMessages() {
        return open != null || !closed.isEmpty() || !unfinished.isEmpty();
    }

    /** What is here and not committed. */
    Held held() {
        long messages = open == null ? 0 : open.size();
        long bytes = open == null ? 0 : open.allBytes();
        for (PendingBatch batch : closed) {
            messages += batch.spool().size();
            bytes += batch.spool().allBytes();
        }
        return new Held(owned ? 1 : 0, messages, bytes, waitingSince());
    }

    private long waitingSince() {
        PendingBatch first = closed.peekFirst();
        if (first != null) {
            return first.readySince();
        }
        return !owned && ownFailures > 0 ? ownFailingSince : Held.NOTHING_WAITS;
    }

    /** Time until something has to happen here. */
    Duration nextEvent(long nanos) {
        PendingBatch first = closed.peekFirst();
        if (first != null) {
            return first.waitFrom(nanos);
        }
        if (!owned) {
            return Duration.ofNanos(Math.max(0, ownNotBefore - nanos));
        }
        if (open == null) {
            return Duration.ofDays(1);
        }
        Duration left = untilOld(nanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static List<Header> headers(ConsumerRecord<byte[], ByteBuffer> message) {
        var given = message.headers().toArray(); // makes nothing when there are none
        if (given.length == 0) {
            return List.of();
        }
        List<Header> headers = new ArrayList<>(given.length);
        for (var header : given) {
            headers.add(new Header(header.key(), header.value()));
        }
        return headers;
    }
}
