package dev.caravan.startup;

import dev.caravan.connection.Bundled;
import dev.caravan.connection.DataDirectory;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.S3Connection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** What is printed at the end of the start: where everything is, where data lives, how to stop, what to try first. */
@Component
final class Banner {
    private static final String TEXT = """
            Caravan is ready, %.1f s after the start.

              API       %s/docs
              Contract  %s/openapi.yaml
              Health    %s/observe/health/ready
              Metrics   %s/observe/metrics
              Kafka     %s
              S3        %s
              Database  %s
              Files     %s (addresses and keys: endpoints.json)
              Stop      Ctrl-C

              Try it:
                curl -s %s/pipeline \\
                  -H "Authorization: Bearer %s" -H 'Content-Type: application/json' \\
                  -d '{"operation": "list"}'
            """;

    private final DataDirectory data;
    private final Bundled bundled;
    private final KafkaConnection kafka;
    private final S3Connection s3;
    private final DatabaseConnection database;

    Banner(DataDirectory data, Bundled bundled, KafkaConnection kafka, S3Connection s3, DatabaseConnection database) {
        this.data = data;
        this.bundled = bundled;
        this.kafka = kafka;
        this.s3 = s3;
        this.database = database;
    }

    String text(String http, Duration taken) {
        return String.format(
                java.util.Locale.ROOT,
                TEXT,
                taken.toMillis() / 1000.0,
                http,
                http,
                http,
                http,
                marked(kafka.bootstrapServers(), bundled.kafka()),
                marked(
                        s3.endpoint() == null
                                ? "AWS, " + s3.region()
                                : s3.endpoint().toString(),
                        bundled.s3()),
                marked(database.address(), bundled.database()),
                readable(data.root()),
                http,
                key());
    }

    private String key() {
        Path file = data.root().resolve("admin.key");
        return Files.exists(file) ? "$(cat " + readable(file) + ")" : "$CARAVAN_ADMIN_KEY";
    }

    private static String marked(String address, boolean embedded) {
        return address + (embedded ? "  (embedded)" : "");
    }

    /** Relative to where Caravan was started, when that is shorter. */
    private static String readable(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return path.startsWith(here) ? here.relativize(path).toString() : path.toString();
    }
}
