package dev.caravan.operation;

import dev.caravan.batch.BatchException;
import dev.caravan.delivery.FileQuery;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.Totals;
import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.lifecycle.PartitionLag;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.log.LogLevel;
import dev.caravan.log.PipelineLog;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.route.OldestMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The figures of one pipeline, from what the ledger has COMMITTED: they are the same on every replica and after a restart. */
@Component
final class Monitoring {
    /** Latencies look at no more batches than this. */
    private static final int BATCHES = 2_000;

    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Lifecycle lifecycle;
    private final Ledger ledger;
    private final OldestMessage oldest;
    private final PipelineLog log;
    private final Clock clock;

    Monitoring(Lifecycle lifecycle, Ledger ledger, OldestMessage oldest, PipelineLog log, Clock clock) {
        this.lifecycle = lifecycle;
        this.ledger = ledger;
        this.oldest = oldest;
        this.log = log;
        this.clock = clock;
    }

    /** @param latency null when nothing was committed in the window */
    record View(
            String id,
            String name,
            int version,
            String status,
            String desired,
            Views.@Nullable Trouble error,
            List<Views.Replica> replicas,
            Figures total,
            Window window,
            @Nullable LatencyView latency,
            Lag lag,
            Equation equation,
            @Nullable Instant lastCommitAt) {}

    /**
     * @param messagesParked messages that wait for an event now
     * @param bytes of the files
     * @param bytesIn of the messages, as Kafka gave them
     * @param rowsWritten rows in the files: a query can make more or fewer rows than messages
     */
    record Figures(
            long messagesIn,
            long messagesOut,
            long messagesFiltered,
            long messagesDead,
            long messagesParked,
            long rowsWritten,
            long files,
            long bytes,
            long bytesIn) {
        static Figures of(Totals totals) {
            return new Figures(
                    totals.counts().in(),
                    totals.counts().out(),
                    totals.counts().filtered(),
                    totals.counts().dead(),
                    totals.counts().parked(),
                    totals.counts().written(),
                    totals.files(),
                    totals.bytes(),
                    totals.bytesIn());
        }
    }

    /** @param errors warnings and errors in the pipeline's log */
    record Window(
            long seconds,
            Figures sum,
            long errors,
            double messagesInPerSecond,
            double messagesOutPerSecond,
            double filesPerSecond,
            double bytesPerSecond,
            double bytesInPerSecond) {
        static Window of(Duration window, Totals totals, long errors) {
            double seconds = window.toSeconds();
            return new Window(
                    window.toSeconds(),
                    Figures.of(totals),
                    errors,
                    totals.counts().in() / seconds,
                    totals.counts().out() / seconds,
                    totals.files() / seconds,
                    totals.bytes() / seconds,
                    totals.bytesIn() / seconds);
        }
    }

    /** In milliseconds. */
    record LatencyView(long p50Ms, long p95Ms, long p99Ms, String measures) {
        private static final String MEASURES =
                "first message of a batch read until the batch is committed, each batch once for each of its messages";

        static @Nullable LatencyView of(@Nullable Latency latency) {
            return latency == null ? null : new LatencyView(latency.p50(), latency.p95(), latency.p99(), MEASURES);
        }
    }

    /**
     * @param messages in the topic but not claimed yet; null when Kafka does not answer
     * @param seconds since the oldest of them came to Kafka, 0 when there is none; null when it is not known
     * @param error why it is not known
     */
    record Lag(
            @Nullable Long messages,
            @Nullable Double seconds,
            List<PartitionLag> partitions,
            @Nullable String error) {}

    /** {@code rows_in = rows_out + rows_filtered + rows_dead + rows_parked} over everything committed. */
    record Equation(long rowsIn, long rowsOut, long rowsFiltered, long rowsDead, long rowsParked, boolean holds) {
        static Equation of(Totals totals) {
            long in = totals.counts().in();
            long out = totals.counts().out();
            long filtered = totals.counts().filtered();
            long dead = totals.counts().dead();
            long parked = totals.counts().parked();
            return new Equation(in, out, filtered, dead, parked, in == out + filtered + dead + parked);
        }
    }

    View of(Pipeline pipeline, Duration window) {
        PipelineState state = lifecycle.state(pipeline);
        Instant since = clock.instant().minus(window);
        Totals total = ledger.totals(pipeline.id());
        Totals recent = ledger.windowed(pipeline.id(), since);
        Latency latency = recent.counts().in() == 0
                ? null
                : Latency.of(ledger.files(pipeline.id(), FileQuery.newest(BATCHES)), since);
        return new View(
                pipeline.id(),
                pipeline.name(),
                pipeline.version(),
                state.status().wireName(),
                state.desired().wireName(),
                Views.Trouble.of(state),
                Views.Replica.of(state),
                Figures.of(total),
                Window.of(window, recent, log.count(pipeline.id(), LogLevel.WARN, since)),
                LatencyView.of(latency),
                lag(pipeline),
                Equation.of(total),
                total.lastCommit());
    }

    /** A broker that is away takes the lag with it, not the rest. */
    private Lag lag(Pipeline pipeline) {
        try {
            List<PartitionLag> partitions = lifecycle.lag(pipeline);
            return new Lag(
                    partitions.stream().mapToLong(PartitionLag::lag).sum(), seconds(partitions), partitions, null);
        } catch (BatchException e) {
            return new Lag(null, null, List.of(), e.detail());
        }
    }

    private @Nullable Double seconds(List<PartitionLag> partitions) {
        Map<TopicPartition, Long> behind = new HashMap<>();
        for (PartitionLag partition : partitions) {
            if (partition.lag() > 0) {
                behind.put(
                        new TopicPartition(partition.topic(), partition.partition()),
                        Math.max(0, partition.position()));
            }
        }
        if (behind.isEmpty()) {
            return 0.0;
        }
        Instant now = clock.instant();
        return oldest.at(behind, LOOK)
                .map(since -> Math.max(0, Duration.between(since, now).toMillis()) / 1e3)
                .orElse(null);
    }
}
