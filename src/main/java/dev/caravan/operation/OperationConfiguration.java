package dev.caravan.operation;

import dev.caravan.connection.KafkaConnection;
import dev.caravan.route.PipelineTopics;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Envelope;
import dev.caravan.web.Failures;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the operations. */
@Configuration(proxyBeanMethods = false)
class OperationConfiguration {
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration METADATA_TIMEOUT = Duration.ofSeconds(10);

    @Bean(destroyMethod = "close")
    Producer<byte[], byte[]> ingestProducer(KafkaConnection kafka) {
        Map<String, Object> settings = kafka.with(Map.of(
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                (int) METADATA_TIMEOUT.toMillis(),
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) REQUEST_TIMEOUT.toMillis(),
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                (int) DELIVERY_TIMEOUT.toMillis()));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Bean
    Ingestion ingestion(Producer<byte[], byte[]> ingestProducer, PipelineTopics topics) {
        return new Ingestion(() -> ingestProducer, topics::ensure);
    }

    @Bean
    Endpoint pipelineApi(Operation.Cases operations, Envelope envelope, Failures failures) {
        return new Endpoint(failures, new PipelineApi(operations, envelope)::answer);
    }
}
