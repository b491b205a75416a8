package dev.caravan.monitor;

import dev.caravan.batch.BatchException;
import dev.caravan.monitor.FigureQueries.PipelineFigures;
import dev.caravan.route.OldestMessage;
import dev.caravan.route.ReplicaName;
import dev.caravan.route.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at what is to be measured from time to time, so that a scrape waits for nothing and costs the servers nothing. */
final class Figures {
    private static final Logger LOG = LoggerFactory.getLogger(Figures.class);

    /** Labels are bounded: a pipeline beyond these has no metrics of its own. */
    private static final int MOST_PIPELINES = 1_000;

    /** How many topics are asked for the age of a message in one look; it takes a consumer each. */
    private static final int MOST_AGES = 10;

    private static final Duration AGE_WITHIN = Duration.ofSeconds(2);

    private static final Duration TOPICS_KNOWN_FOR = Duration.ofMinutes(1);

    /** A transaction is seen when it ends, with the time at which it began. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(250), Duration.ofSeconds(1),
        Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(10)
    };

    private final FigureQueries queries;
    private final PipelineMeters pipelines;
    private final Topics topics;
    private final OldestMessage oldest;
    private final MeterRegistry registry;
    private final String replica;
    private volatile FigureQueries.WaitFigures waits = new FigureQueries.WaitFigures(0, 0, 0, 0, 0, 0);
    private volatile FigureQueries.WebhookFigures webhooks = new FigureQueries.WebhookFigures(0, 0);
    private volatile FigureQueries.DatabaseFigures database = new FigureQueries.DatabaseFigures(0, 0);
    private volatile long lookedAt = System.nanoTime();
    private @Nullable Instant commitsUpTo;
    private Set<String> asked = Set.of();
    private long askedAt = System.nanoTime();
    private Map<String, Integer> partitions = Map.of();

    Figures(
            FigureQueries queries,
            Topics topics,
            OldestMessage oldest,
            MeterRegistry registry,
            ReplicaName replica,
            Streams streams) {
        this.queries = queries;
        this.topics = topics;
        this.oldest = oldest;
        this.registry = registry;
        this.replica = replica.value();
        this.pipelines = new PipelineMeters(registry);
        register(streams);
    }

    private void register(Streams streams) {
        waiting("waiting", FigureQueries.WaitFigures::waiting);
        waiting("received", FigureQueries.WaitFigures::received);
        waiting("timed_out", FigureQueries.WaitFigures::timedOut);
        waiting("canceled", FigureQueries.WaitFigures::canceled);
        FunctionTimer.builder(
                        MetricNames.WAITED,
                        this,
                        now -> now.waits.received(),
                        now -> now.waits.waitedMicros(),
                        TimeUnit.MICROSECONDS)
                .register(registry);
        gauge(MetricNames.RESUME_SECONDS, () -> waits.resumeSeconds());
        gauge(MetricNames.WEBHOOK_BACKLOG, () -> webhooks.due());
        gauge(MetricNames.WEBHOOK_BACKLOG_SECONDS, () -> webhooks.seconds());
        gauge(MetricNames.LONGEST_TRANSACTION, () -> database.longestTransactionSeconds());
        gauge(MetricNames.OLDEST_XMIN, () -> database.oldestXminAge());
        gauge(MetricNames.STREAMS, streams::open);
        gauge(MetricNames.REFRESHED, () -> (System.nanoTime() - lookedAt) / 1e9);
        List.of("delivered", "failed").forEach(this::deliveries);
    }

    private void waiting(String status, java.util.function.ToDoubleFunction<FigureQueries.WaitFigures> figure) {
        Gauge.builder(MetricNames.WAITS, this, now -> figure.applyAsDouble(now.waits))
                .tag("status", status)
                .register(registry);
    }

    private void gauge(String name, java.util.function.Supplier<Number> figure) {
        Gauge.builder(name, figure).strongReference(true).register(registry);
    }

    private Counter deliveries(String outcome) {
        return Counter.builder(MetricNames.WEBHOOK_DELIVERIES)
                .tag("outcome", outcome)
                .register(registry);
    }

    void look() {
        List<PipelineFigures> all = queries.pipelines(MOST_PIPELINES);
        pipelines.show(all, queries.deadLetters(), lags(all));
        waits = queries.waits();
        webhooks = queries.webhooks();
        database = queries.database();
        ended();
        lookedAt = System.nanoTime();
    }

    /** What has been committed, and what webhooks have come to, since the last look. */
    private void ended() {
        Instant upTo = queries.now().minus(SETTLED);
        Instant after = commitsUpTo;
        if (after != null) {
            queries.commits(replica, after, upTo).forEach(this::record);
            queries.webhookOutcomes(after, upTo)
                    .forEach((outcome, count) -> deliveries(outcome).increment(count));
        }
        commitsUpTo = upTo;
    }

    private void record(FigureQueries.Commit commit) {
        timer(MetricNames.CLAIM_TO_COMMIT, commit.pipeline()).record(commit.sinceClaim());
        timer(MetricNames.END_TO_END, commit.pipeline()).record(commit.sinceRead());
        DistributionSummary.builder(MetricNames.FILE_BYTES)
                .tag("pipeline", commit.pipeline())
                .serviceLevelObjectives(1 << 10, 32 << 10, 1 << 20, 8 << 20, 64 << 20, 512 << 20)
                .register(registry)
                .record(commit.bytes());
    }

    private Timer timer(String name, String pipeline) {
        return Timer.builder(name)
                .tag("pipeline", pipeline)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** A broker that is away takes the lag with it, not the rest. */
    private Map<String, PipelineMeters.Lag> lags(List<PipelineFigures> all) {
        Map<String, PipelineMeters.Lag> lags = new HashMap<>();
        List<PipelineFigures> reading =
                all.stream().filter(PipelineFigures::reads).toList();
        try {
            Map<String, long[]> ends = topics.ends(
                    known(reading.stream().map(PipelineFigures::topic).collect(Collectors.toSet())));
            Map<FigureQueries.Position, Long> positions =
                    queries.positions(reading.stream().map(PipelineFigures::id).toList());
            int ages = 0;
            for (PipelineFigures one : reading) {
                long[] end = ends.get(one.topic());
                if (end != null) {
                    Map<TopicPartition, Long> behind = new HashMap<>();
                    long records = behind(one, end, positions, behind);
                    double seconds = records == 0 ? 0 : ages++ < MOST_AGES ? age(behind) : Double.NaN;
                    lags.put(one.id(), new PipelineMeters.Lag(records, seconds));
                }
            }
        } catch (BatchException | KafkaException e) {
            LOG.debug("Kafka does not say how far pipelines are behind", e);
        }
        return lags;
    }

    /** How many partitions the topics have; that changes seldom. */
    private Map<String, Integer> known(Set<String> wanted) {
        long now = System.nanoTime();
        if (!wanted.equals(asked)
                || !partitions.keySet().containsAll(wanted)
                || now - askedAt >= TOPICS_KNOWN_FOR.toNanos()) {
            partitions = wanted.isEmpty() ? Map.of() : topics.partitions(wanted);
            asked = wanted;
            askedAt = now;
        }
        return partitions;
    }

    private static long behind(
            PipelineFigures one,
            long[] ends,
            Map<FigureQueries.Position, Long> positions,
            Map<TopicPartition, Long> behind) {
        long records = 0;
        for (int i = 0; i < ends.length; i++) {
            long next = positions.getOrDefault(new FigureQueries.Position(one.id(), one.topic(), i), 0L);
            if (ends[i] > next) {
                records += ends[i] - next;
                behind.put(new TopicPartition(one.topic(), i), next);
            }
        }
        return records;
    }

    private double age(Map<TopicPartition, Long> behind) {
        Instant now = queries.now();
        return oldest.at(behind, AGE_WITHIN)
                .map(since -> Math.max(0, Duration.between(since, now).toMillis()) / 1e3)
                .orElse(Double.NaN);
    }
}
