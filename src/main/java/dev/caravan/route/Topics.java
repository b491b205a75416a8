package dev.caravan.route;

import dev.caravan.batch.BatchException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the broker says about topics. A question is answered within three seconds, or fails with kind RETRY. */
public final class Topics {
    private static final Duration QUESTION = Duration.ofSeconds(3);
    private static final Duration CHANGE = Duration.ofSeconds(10);
    private static final Duration NEW_TOPIC_PAUSE = Duration.ofMillis(20);
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    private final Admin admin;

    public Topics(Admin admin) {
        this.admin = admin;
    }

    /** Kafka's id of a topic; empty when there is none. */
    public Optional<String> id(String topic) {
        return describe(topic).map(found -> found.topicId().toString());
    }

    /**
     * Makes a topic unless it exists; returns when the broker serves its partitions. Messages that a producer sends earlier
     * can be taken out of their order, and then the first is refused for good.
     */
    public void ensure(String topic, int partitions) {
        try {
            get(
                    admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                            .all(),
                    CHANGE);
        } catch (TopicExistsException e) {
            LOG.debug("{} is there", topic);
        }
        long deadline = System.nanoTime() + CHANGE.toNanos();
        while (endOffsets(topic).isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                throw BatchException.retry("kafka_unavailable", "Kafka does not serve its new topic " + topic, null);
            }
            LockSupport.parkNanos(NEW_TOPIC_PAUSE.toNanos());
        }
    }

    /** For each partition the offset that its next message will get; empty when there is no such topic. */
    public Map<TopicPartition, Long> endOffsets(String topic) {
        return offsets(topic, OffsetSpec.latest());
    }

    /** For each partition the first offset that is still there; empty when there is no such topic. */
    public Map<TopicPartition, Long> startOffsets(String topic) {
        return offsets(topic, OffsetSpec.earliest());
    }

    /** For each partition the offset of the first message from a moment on; -1 where all messages are older. */
    public Map<TopicPartition, Long> offsetsAt(String topic, Instant time) {
        return offsets(topic, OffsetSpec.forTimestamp(time.toEpochMilli()));
    }

    private Map<TopicPartition, Long> offsets(String topic, OffsetSpec which) {
        Optional<TopicDescription> description = describe(topic);
        if (description.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, OffsetSpec> asked = description.get().partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .collect(Collectors.toMap(Function.identity(), at -> which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        get(admin.listOffsets(asked).all(), QUESTION).forEach((at, found) -> offsets.put(at, found.offset()));
        return offsets;
    }

    /** For each partition the offset of its last message; partitions without one are missing. */
    public Map<TopicPartition, Long> lastOffsets(String topic) {
        Map<TopicPartition, Long> last = new HashMap<>();
        endOffsets(topic).forEach((at, end) -> {
            if (end > 0) {
                last.put(at, end - 1);
            }
        });
        return last;
    }

    /** The numbers of partitions; topics that do not exist are missing. */
    public Map<String, Integer> partitions(Collection<String> topics) {
        Map<String, Integer> partitions = new HashMap<>();
        admin.describeTopics(topics).topicNameValues().forEach((topic, asked) -> {
            try {
                partitions.put(topic, get(asked, QUESTION).partitions().size());
            } catch (UnknownTopicOrPartitionException e) {
                LOG.debug("there is no topic {}", topic);
            }
        });
        return partitions;
    }

    /**
     * For each topic the offsets that the next messages of its partitions will get, all in one request.
     *
     * @param partitions how many each topic has
     */
    public Map<String, long[]> ends(Map<String, Integer> partitions) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        Map<String, long[]> ends = new HashMap<>();
        partitions.forEach((topic, count) -> {
            ends.put(topic, new long[count]);
            for (int i = 0; i < count; i++) {
                latest.put(new TopicPartition(topic, i), OffsetSpec.latest());
            }
        });
        ListOffsetsResult answer = admin.listOffsets(latest);
        for (TopicPartition at : latest.keySet()) {
            try {
                long end = get(answer.partitionResult(at), QUESTION).offset();
                ends.computeIfPresent(at.topic(), (topic, known) -> with(known, at.partition(), end));
            } catch (UnknownTopicOrPartitionException e) {
                ends.remove(at.topic());
            }
        }
        return ends;
    }

    private static long[] with(long[] ends, int partition, long end) {
        ends[partition] = end;
        return ends;
    }

    private Optional<TopicDescription> describe(String topic) {
        try {
            Map<String, TopicDescription> found =
                    get(admin.describeTopics(List.of(topic)).allTopicNames(), QUESTION);
            return Optional.ofNullable(found.get(topic));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    private static <T> T get(KafkaFuture<T> answer, Duration timeout) {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw BatchException.retry("kafka_unavailable", "Kafka did not answer: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw BatchException.retry(
                    "kafka_unavailable", "Kafka did not answer within " + timeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BatchException.retry("kafka_unavailable", "the program ends", e);
        }
    }
}
