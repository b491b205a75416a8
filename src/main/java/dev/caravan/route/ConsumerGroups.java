package dev.caravan.route;

import dev.caravan.pipeline.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the broker says about the consumer groups of pipelines. */
public final class ConsumerGroups {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerGroups.class);
    private static final Duration QUESTION = Duration.ofMillis(1_500);

    private final Admin admin;

    public ConsumerGroups(Admin admin) {
        this.admin = admin;
    }

    /**
     * How many partitions a pipeline's topic has, when members of its group have been given all of them. 0 when they have
     * not, when there is no such topic, and when the broker does not answer within 1.5 s.
     */
    public int covered(Pipeline pipeline) {
        String topic = pipeline.topic();
        String group = RouteCompiler.group(pipeline.id());
        KafkaFuture<Map<String, TopicDescription>> topics =
                admin.describeTopics(List.of(topic)).allTopicNames();
        KafkaFuture<Map<String, ConsumerGroupDescription>> groups =
                admin.describeConsumerGroups(List.of(group)).all();
        long deadline = System.nanoTime() + QUESTION.toNanos();
        try {
            TopicDescription described = answer(topics, deadline).get(topic);
            ConsumerGroupDescription members = answer(groups, deadline).get(group);
            int partitions = described == null ? 0 : described.partitions().size();
            return members != null && partitions == given(members, topic) ? partitions : 0;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Kafka does not say how group {} fares", group, e);
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** Whether the broker has a pipeline's topic; false when it does not answer within 1.5 s. */
    public boolean topicExists(Pipeline pipeline) {
        String topic = pipeline.topic();
        try {
            return answer(admin.describeTopics(List.of(topic)).allTopicNames(), System.nanoTime() + QUESTION.toNanos())
                    .containsKey(topic);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Kafka does not say whether there is {}", topic, e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static long given(ConsumerGroupDescription group, String topic) {
        return group.groupState() != GroupState.STABLE
                ? 0
                : group.members().stream()
                        .flatMap(member -> member.assignment().topicPartitions().stream())
                        .filter(at -> at.topic().equals(topic))
                        .distinct()
                        .count();
    }

    private static <T> T answer(KafkaFuture<T> asked, long deadline)
            throws ExecutionException, TimeoutException, InterruptedException {
        return asked.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
