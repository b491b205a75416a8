package dev.caravan.kill;

import dev.caravan.embedded.EmbeddedDatabase;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Kafka, PostgreSQL and S3 in this process, external to the Caravan that is killed, each behind a proxy that can take it
 * away. The tests themselves go past the proxies.
 */
final class Surroundings implements AutoCloseable {
    static final String BUCKET = "lake";
    private static final String DATABASE_PASSWORD = "password-of-the-test";
    private static final String ACCESS_KEY = "tester";
    private static final String SECRET_KEY = "not-a-secret-of-anybody";

    private final Path directory;
    private final Broker broker;
    private final EmbeddedDatabase postgres;
    private final S3Proxy store;
    private final S3Client client;
    private final TcpProxy database;
    private final TcpProxy objects;

    private Surroundings(Path directory) throws Exception {
        this.directory = directory;
        this.broker = new Broker(directory.resolve("kafka"));
        this.postgres = EmbeddedDatabase.start(directory.resolve("postgres"), Servers.binaries(), 0, DATABASE_PASSWORD);
        this.database = new TcpProxy(URI.create(postgres.connection().url().substring("jdbc:".length()))
                .getPort());
        this.store = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(
                        Files.createDirectories(directory.resolve("s3")).toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                .build();
        store.start();
        this.objects = new TcpProxy(store.getPort());
        this.client = S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + store.getPort()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .build();
        client.createBucket(request -> request.bucket(BUCKET));
    }

    static Surroundings start() throws Exception {
        return new Surroundings(Files.createTempDirectory("surroundings").toAbsolutePath());
    }

    /** Where Caravan finds the three. */
    Map<String, String> environment() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + broker.proxy().port());
        names.put("SPRING_DATASOURCE_URL", "jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres");
        names.put("SPRING_DATASOURCE_USERNAME", postgres.connection().user());
        names.put("SPRING_DATASOURCE_PASSWORD", DATABASE_PASSWORD);
        names.put("CARAVAN_S3_ENDPOINT", "http://127.0.0.1:" + objects.port());
        names.put("CARAVAN_S3_REGION", "us-east-1");
        names.put("CARAVAN_S3_ACCESS_KEY", ACCESS_KEY);
        names.put("CARAVAN_S3_SECRET_KEY", SECRET_KEY);
        return names;
    }

    /** For this process, not through the proxy. */
    String bootstrap() {
        return broker.bootstrap();
    }

    DataSource dataSource() {
        return Servers.dataSource(postgres.connection());
    }

    S3Client s3() {
        return client;
    }

    Bucket bucket() {
        return new Bucket(client, BUCKET);
    }

    int s3Port() {
        return store.getPort();
    }

    TcpProxy kafkaProxy() {
        return broker.proxy();
    }

    TcpProxy databaseProxy() {
        return database;
    }

    TcpProxy s3Proxy() {
        return objects;
    }

    void createTopic(String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
        }
    }

    @Override
    public void close() throws Exception {
        client.close();
        objects.close();
        database.close();
        store.stop();
        postgres.close();
        broker.close();
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
