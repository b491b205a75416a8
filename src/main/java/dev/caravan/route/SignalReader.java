package dev.caravan.route;

import dev.caravan.batch.BatchException;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.problem.Problem;
import dev.caravan.wait.TopicSignals;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a pipeline's topic of signals, as long as the pipeline reads. A message is done with when its wait has it, when it is
 * kept for one, or when no wait can have it; that is stored in PostgreSQL with the effect, so Kafka's offsets are advice.
 */
final class SignalReader implements AutoCloseable, ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(SignalReader.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final long LONGEST_CLOSE_SECONDS = 20;

    private final Pipeline pipeline;
    private final String topic;
    private final Supplier<Optional<String>> currentId;
    private String topicId;
    private final SignalMessage message;
    private final Consumer<byte[], byte[]> consumer;
    private final TopicSignals signals;
    private final SourceControl control;
    private final SourceListener listener;
    private final Clock clock;
    private final Set<TopicPartition> toSeek = new HashSet<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;

    SignalReader(
            Pipeline pipeline,
            Supplier<Optional<String>> currentId,
            String topicId,
            Consumer<byte[], byte[]> consumer,
            TopicSignals signals,
            SourceControl control,
            SourceListener listener,
            Clock clock) {
        var option = java.util.Objects.requireNonNull(pipeline.spec().options().signals());
        this.pipeline = pipeline;
        this.topic = option.topic();
        this.currentId = currentId;
        this.topicId = topicId;
        this.message = new SignalMessage(option);
        this.consumer = consumer;
        this.signals = signals;
        this.control = control;
        this.listener = listener;
        this.clock = clock;
    }

    void start() {
        Thread thread = new Thread(this::run, "signals-" + pipeline.name());
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            consumer.subscribe(List.of(topic), this);
            while (!closing) {
                try {
                    round();
                } catch (WakeupException e) {
                    LOG.debug("{} reads no signals any more", pipeline.name());
                } catch (RuntimeException e) {
                    failed(e);
                }
            }
        } finally {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(2)));
            ended.countDown();
        }
    }

    private void round() {
        boolean reads = control.wish().mode() == SourceControl.Mode.READ;
        if (reads) {
            position();
            Set<TopicPartition> ready = new HashSet<>(consumer.assignment());
            ready.removeAll(toSeek);
            consumer.resume(ready);
        } else {
            consumer.pause(consumer.assignment());
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
            take(records);
            consumer.commitAsync(BatchFailures::adviceFailed);
        }
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        Set<TopicPartition> open = new LinkedHashSet<>(records.partitions());
        try {
            for (TopicPartition partition : records.partitions()) {
                take(partition, records.records(partition));
                open.remove(partition);
            }
        } finally {
            // nothing behind these before these, those included whose turn has not come; PostgreSQL knows what is done
            for (TopicPartition partition : open) {
                toSeek.add(partition);
                consumer.seek(partition, records.records(partition).get(0).offset());
                consumer.pause(List.of(partition));
            }
        }
    }

    /** Goes to where PostgreSQL says that the partitions are; where it says nothing, Kafka's first message comes next. */
    private void position() {
        for (TopicPartition partition : Set.copyOf(toSeek)) {
            OptionalLong next = signals.position(origin(partition));
            next.ifPresent(offset -> consumer.seek(partition, offset));
            toSeek.remove(partition);
        }
    }

    private void take(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Integer> refused = new HashMap<>();
        for (TopicSignals.Outcome outcome : outcomes(partition, records)) {
            if (outcome instanceof TopicSignals.Outcome.Refused problem) {
                refused.merge(problem.why().reason().id() + ": " + problem.why().detail(), 1, Integer::sum);
            }
        }
        refused.forEach((why, count) -> listener.signalsRefused(
                pipeline.id(),
                count + " of the signals from " + records.get(0).offset() + " on in " + partition + " are for no wait, "
                        + why));
    }

    private List<TopicSignals.Outcome> outcomes(
            TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        OptionalLong next = signals.position(origin(partition));
        if (next.isPresent() && next.getAsLong() > records.get(0).offset()) {
            seeWhetherTopicIsNew();
        }
        return signals.take(origin(partition), records.stream().map(this::read).toList());
    }

    private TopicSignals.Message read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new TopicSignals.Message.Telling(record.offset(), message.read(record, clock.instant()));
        } catch (Problem noSignal) {
            return new TopicSignals.Message.Other(record.offset(), noSignal);
        }
    }

    /** A known offset may be that of another topic, because somebody has made it anew under the same name. */
    private void seeWhetherTopicIsNew() {
        topicId = currentId.get().orElse(topicId);
    }

    private TopicSignals.Origin origin(TopicPartition partition) {
        return new TopicSignals.Origin(pipeline.id(), pipeline.project(), topic, topicId, partition.partition());
    }

    private void failed(RuntimeException cause) {
        BatchException failure = BatchFailures.classify(cause);
        listener.delayed(pipeline.id(), failure.reason(), "signals of " + topic + ": " + failure.detail(), AGAIN);
        try {
            var unused = ended.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        toSeek.addAll(partitions);
        consumer.pause(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        toSeek.removeAll(partitions);
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!ended.await(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The signals of {} were still being read when it stopped", pipeline.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
