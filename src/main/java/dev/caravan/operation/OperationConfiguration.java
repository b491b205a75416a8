package dev.caravan.operation;

import dev.caravan.connection.KafkaConnection;
import dev.caravan.pipeline.Pipelines;
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
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerMapping;

/** Wires the operations. */
@Configuration(proxyBeanMethods = false)
class OperationConfiguration {
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    /** For the topic's metadata, and for room in the buffer: whoever waits holds a thread. */
    private static final Duration MAX_BLOCK = Duration.ofSeconds(2);

    /** More than may be in flight, so that what is admitted finds room. */
    private static final int BUFFER_FACTOR = 2;

    private static final int BATCH_BYTES = 64 << 10;

    @Bean(destroyMethod = "close")
    Producer<byte[], byte[]> ingestProducer(KafkaConnection kafka, IngestSettings ingest) {
        Map<String, Object> settings = kafka.with(Map.of(
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.LINGER_MS_CONFIG,
                0,
                ProducerConfig.BATCH_SIZE_CONFIG,
                BATCH_BYTES,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                BUFFER_FACTOR * ingest.maxInFlight().toBytes(),
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                MAX_BLOCK.toMillis(),
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) REQUEST_TIMEOUT.toMillis(),
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                (int) DELIVERY_TIMEOUT.toMillis()));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Bean
    IngestTargets ingestTargets(Pipelines pipelines) {
        return new IngestTargets(pipelines);
    }

    @Bean
    Ingestion ingestion(
            Producer<byte[], byte[]> ingestProducer,
            PipelineTopics topics,
            IngestSettings settings,
            ApplicationEventPublisher events) {
        return new Ingestion(() -> ingestProducer, topics::ensure, new IngestRoom(settings), events::publishEvent);
    }

    @Bean
    Endpoint pipelineResource(Operation.Cases operations, Failures failures) {
        return new Endpoint(failures, new PipelineResource(operations)::answer);
    }

    @Bean
    Endpoint pipelineApi(Operation.Cases operations, Envelope envelope, Failures failures) {
        return new Endpoint(failures, new PipelineApi(operations, envelope)::answer);
    }

    @Bean
    HandlerMapping ingestEndpoint(IngestTargets targets, Ingestion ingestion, Envelope envelope, Failures failures) {
        return IngestEndpoint.at(new IngestEndpoint(targets, ingestion, envelope, failures));
    }
}
