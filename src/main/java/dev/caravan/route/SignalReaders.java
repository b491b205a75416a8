package dev.caravan.route;

import dev.caravan.batch.BatchException;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Signals;
import dev.caravan.wait.TopicSignals;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Opens the topic of signals of each pipeline that has one. */
final class SignalReaders {
    private final KafkaConnection kafka;
    private final Topics topics;
    private final TopicSignals signals;
    private final Clock clock;

    SignalReaders(KafkaConnection kafka, Topics topics, TopicSignals signals, Clock clock) {
        this.kafka = kafka;
        this.topics = topics;
        this.signals = signals;
        this.clock = clock;
    }

    /** @throws BatchException of kind RETRY when there is no such topic, or Kafka is away */
    Optional<SignalReader> open(Pipeline pipeline, SourceControl control, SourceListener listener) {
        Signals option = pipeline.spec().options().signals();
        if (option == null) {
            return Optional.empty();
        }
        String topicId = topics.id(option.topic())
                .orElseThrow(() -> BatchException.retry(
                        "topic_missing", "there is no topic " + option.topic() + " to read signals from", null));
        Map<String, Object> settings = kafka.with(Map.of(
                "group.id",
                RouteCompiler.group(pipeline.id()) + ".signals",
                "enable.auto.commit",
                false,
                "allow.auto.create.topics",
                false,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"));
        SignalReader reader = new SignalReader(
                pipeline,
                () -> topics.id(option.topic()),
                topicId,
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                signals,
                control,
                listener,
                clock);
        reader.start();
        return Optional.of(reader);
    }
}
