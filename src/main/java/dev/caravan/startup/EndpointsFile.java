package dev.caravan.startup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.connection.Bundled;
import dev.caravan.connection.DataDirectory;
import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.connection.PrivateFiles;
import dev.caravan.connection.S3Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * {@code endpoints.json} in the data directory: where everything listens, for people's own tools. It is there while
 * Caravan is ready, and only then. Secrets of servers that are not ours are left out.
 */
@Component
final class EndpointsFile implements DisposableBean {
    private final Path file;
    private final Bundled bundled;
    private final KafkaConnection kafka;
    private final S3Connection s3;
    private final DatabaseConnection database;

    EndpointsFile(
            DataDirectory data, Bundled bundled, KafkaConnection kafka, S3Connection s3, DatabaseConnection database)
            throws IOException {
        this.file = data.root().resolve("endpoints.json");
        this.bundled = bundled;
        this.kafka = kafka;
        this.s3 = s3;
        this.database = database;
        Files.deleteIfExists(file);
    }

    void write(String http) throws IOException {
        PrivateFiles.write(file, json(http));
    }

    @Override
    public void destroy() throws IOException {
        Files.deleteIfExists(file);
    }

    private String json(String http) throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("http", http);
        all.put("kafka", kafka.bootstrapServers());
        all.put("s3", s3());
        all.put("jdbc", jdbc());
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
    }

    private Map<String, Object> s3() {
        Map<String, Object> entry = new LinkedHashMap<>();
        if (s3.endpoint() != null) {
            entry.put("endpoint", s3.endpoint().toString());
        }
        entry.put("region", s3.region());
        S3Connection.Keys keys = s3.keys();
        if (bundled.s3() && keys != null) {
            entry.put("access_key", keys.access());
            entry.put("secret_key", keys.secret());
        }
        return entry;
    }

    private Map<String, Object> jdbc() {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("url", bundled.database() ? database.url() : database.address());
        entry.put("user", database.user());
        if (bundled.database()) {
            entry.put("password", database.password());
        }
        return entry;
    }
}
