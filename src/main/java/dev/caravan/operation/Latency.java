package dev.caravan.operation;

import dev.caravan.delivery.FileEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long messages took from being read to being committed, in milliseconds. A batch counts once for each of its
 * messages, with the time since its first message was read: an upper bound for the others.
 */
record Latency(long p50, long p95, long p99) {
    private record Batch(long millis, long messages) {}

    /** @return null when nothing was committed since then */
    static @Nullable Latency of(List<FileEntry> files, Instant since) {
        List<Batch> batches = new ArrayList<>();
        for (FileEntry file : files) {
            Instant committed = file.committedAt();
            if (committed != null && !committed.isBefore(since) && file.counts().in() > 0) {
                long millis = Duration.between(file.batchTime(), committed).toMillis();
                batches.add(new Batch(Math.max(0, millis), file.counts().in()));
            }
        }
        batches.sort(Comparator.comparingLong(Batch::millis));
        return batches.isEmpty()
                ? null
                : new Latency(percentile(batches, 0.50), percentile(batches, 0.95), percentile(batches, 0.99));
    }

    private static long percentile(List<Batch> sorted, double share) {
        long all = sorted.stream().mapToLong(Batch::messages).sum();
        long rank = (long) Math.ceil(all * share);
        long seen = 0;
        for (Batch batch : sorted) {
            seen += batch.messages;
            if (seen >= rank) {
                return batch.millis;
            }
        }
        return sorted.get(sorted.size() - 1).millis;
    }
}
