package dev.caravan.bench.ingest;

import bare.BareApplication;
import dev.caravan.embedded.EmbeddedKafka;
import dev.caravan.route.Topics;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** {@link BareApplication} with a broker of its own. */
final class BareIngest implements Measured {
    private final EmbeddedKafka kafka;
    private final ConfigurableApplicationContext context;

    BareIngest(Path data) {
        kafka = EmbeddedKafka.start(data.resolve("kafka"), 0, reason -> System.exit(1));
        try (Admin admin = Admin.create(kafka.connection().with(Map.of()))) {
            new Topics(admin).ensure(BareApplication.TOPIC, 4);
        }
        System.setProperty("bench.kafka", kafka.connection().bootstrapServers());
        context = SpringApplication.run(BareApplication.class, "--server.port=0", "--server.address=127.0.0.1");
    }

    @Override
    public Target target() {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        return new Target(
                Integer.parseInt(port),
                "/ingest",
                "none",
                kafka.connection().bootstrapServers(),
                BareApplication.TOPIC);
    }

    @Override
    public void close() {
        context.close();
        kafka.close();
    }
}
