package dev.caravan.demo;

import dev.caravan.connection.Demo;
import dev.caravan.connection.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Keeps orders coming on {@code orders-topic} while the demo is on, about twenty a second. */
@Component
final class OrderGenerator implements SmartLifecycle {
    static final String TOPIC = "orders-topic";

    private static final Logger log = LoggerFactory.getLogger(OrderGenerator.class);
    private static final int PARTITIONS = 4;
    private static final Duration PERIOD = Duration.ofMillis(50);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final boolean wanted;
    private final KafkaConnection kafka;
    private final Orders orders;
    private @Nullable ScheduledExecutorService executor;
    private @Nullable KafkaProducer<String, String> producer;

    OrderGenerator(Demo demo, KafkaConnection kafka, Clock clock) {
        this.wanted = demo.on();
        this.kafka = kafka;
        this.orders = new Orders(clock, RandomGenerator.getDefault());
    }

    @Override
    public synchronized void start() {
        if (!wanted || isRunning()) {
            return;
        }
        producer = new KafkaProducer<>(
                kafka.with(Map.of(
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "caravan-demo",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        // on a topic that is only just there a second request may be stored before the first
                        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                        1,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        1000)),
                new StringSerializer(),
                new StringSerializer());
        executor = Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "demo"));
        executor.execute(this::createTopic);
        var unused = executor.scheduleAtFixedRate(this::send, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void createTopic() {
        try (Admin admin = Admin.create(kafka.with(Map.of()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) -1)))
                    .all()
                    .get();
            log.info("Demo: orders keep coming on topic {}; CARAVAN_DEMO=false switches them off.", TOPIC);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                log.warn("Demo: the topic {} cannot be made: {}", TOPIC, String.valueOf(e.getCause()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send() {
        KafkaProducer<String, String> to = producer;
        if (to != null) {
            var unused = to.send(new ProducerRecord<>(TOPIC, orders.next()), (sent, failure) -> {
                if (failure != null) {
                    log.debug("Demo: an order was not sent", failure);
                }
            });
        }
    }

    @Override
    public synchronized void stop() {
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
        if (producer != null) {
            producer.close(CLOSE);
            producer = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return producer != null;
    }
}
