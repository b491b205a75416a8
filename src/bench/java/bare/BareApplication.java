package bare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * What one writes in an afternoon: a Spring MVC handler that sends each line of the body and waits for {@code acks=all}. No
 * key, no check of what is sent; the producer's settings are those of Caravan. Out of the reach of Caravan's own scan.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ServletWebServerFactoryAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class
})
public class BareApplication {
    public static final String TOPIC = "bench";

    @RestController
    static class Handler {
        private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        System.getProperty("bench.kafka"),
                        "acks",
                        "all",
                        "compression.type",
                        "lz4",
                        "linger.ms",
                        0,
                        "batch.size",
                        64 << 10),
                new ByteArraySerializer(),
                new ByteArraySerializer());

        @PostMapping("/ingest")
        String ingest(@RequestBody byte[] body) throws Exception {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            int from = 0;
            for (int at = 0; at < body.length; at++) {
                if (body[at] == '\n') {
                    sent.add(producer.send(new ProducerRecord<>(TOPIC, Arrays.copyOfRange(body, from, at))));
                    from = at + 1;
                }
            }
            for (Future<RecordMetadata> acknowledgement : sent) {
                acknowledgement.get();
            }
            return "{\"accepted\":" + sent.size() + "}";
        }
    }
}
