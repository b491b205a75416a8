package dev.caravan.route;

import dev.caravan.delivery.Faults;
import dev.caravan.delivery.Ledger;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Gives camel-kafka consumers whose {@code poll} returns whole batches: one record for each closed batch, its value the
 * {@link dev.caravan.batch.Batch}. Camel keeps the consumer's life cycle; positions and offsets are ours, so what Camel
 * seeks, pauses or commits has no effect.
 */
final class BatchSource implements KafkaClientFactory {
    /**
     * An answer is one array. From half a region on, which is 512 KiB in a heap of up to 2 GiB, the collector keeps it
     * apart and starts to mark the whole heap again and again: a fifth of the time of a pipeline at full speed.
     */
    private static final int FETCH_BYTES = 448 << 10;

    private final UnaryOperator<Properties> clientProperties;
    private final SourceRuntime runtime;
    private final Ledger ledger;
    private final Faults faults;
    private final Clock clock;

    /** @param clientProperties adds what is configured for Kafka: servers, security */
    BatchSource(
            UnaryOperator<Properties> clientProperties,
            SourceRuntime runtime,
            Ledger ledger,
            Faults faults,
            Clock clock) {
        this.clientProperties = clientProperties;
        this.runtime = runtime;
        this.ledger = ledger;
        this.faults = faults;
        this.clock = clock;
    }

    @Override
    public Producer<?, ?> getProducer(Properties properties) {
        throw new IllegalStateException("a batch source only reads");
    }

    @Override
    @SuppressWarnings("unchecked")
    public Consumer<Object, Object> getConsumer(Properties camelProperties) {
        Properties properties = clientProperties.apply(readOnlyWhatIsCommitted(camelProperties));
        Consumer<byte[], ByteBuffer> real =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteBufferDeserializer());
        BatchConsumer batches = new BatchConsumer(real, runtime, ledger, faults, clock);
        return (Consumer<Object, Object>) Proxy.newProxyInstance(
                BatchSource.class.getClassLoader(), new Class<?>[] {Consumer.class}, new Calls(real, batches));
    }

    @Override
    public @Nullable String getBrokers(KafkaConfiguration configuration) {
        return null;
    }

    private static Properties readOnlyWhatIsCommitted(Properties camelProperties) {
        Properties properties = new Properties();
        properties.putAll(camelProperties);
        properties.remove(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
        properties.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
        properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 5_000);
        // others have taken over within 15 seconds from one that dies; who only stood still is fenced by the ledger
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 8_000);
        properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        return properties;
    }

    /** Sends each call of Camel where it belongs. */
    private record Calls(Consumer<byte[], ByteBuffer> real, BatchConsumer batches) implements InvocationHandler {
        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            Object[] given = arguments == null ? new Object[0] : arguments;
            try {
                return switch (method.getName()) {
                    case "poll" -> batches.poll((Duration) given[0]);
                    case "subscribe" -> subscribe(given);
                    case "seek", "seekToBeginning", "seekToEnd", "pause", "resume", "commitSync", "commitAsync" -> null;
                    case "unsubscribe", "close" -> {
                        batches.release();
                        yield method.invoke(real, arguments);
                    }
                    default -> method.invoke(real, arguments);
                };
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }

        @SuppressWarnings("unchecked")
        private @Nullable Object subscribe(Object[] given) {
            if (!(given[0] instanceof Collection<?> topics)
                    || !(given[1] instanceof ConsumerRebalanceListener camels)) {
                throw new IllegalStateException("a batch source subscribes to topics by name");
            }
            real.subscribe((Collection<String>) topics, batches.listener(camels));
            return null;
        }
    }
}
