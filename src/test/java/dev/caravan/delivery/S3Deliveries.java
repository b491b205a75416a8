package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.Rows.Written;
import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import dev.caravan.testing.S3FaultProxy;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Deliveries to a real S3 server through a proxy that spoils requests, with the ledger in a real PostgreSQL. */
abstract class S3Deliveries {
    static final int LARGE = 6 << 20;

    @TempDir
    static Path directory;

    static final DeliverySettings PATIENT = settings(Duration.ofSeconds(20));
    /** For requests that hang: on a busy machine a sound one may take as long. */
    static final DeliverySettings HASTY = settings(Duration.ofSeconds(1));

    static JdbcLedger ledger;
    static S3FaultProxy proxy;
    static S3Connection spoiled;
    static S3Client patient;
    static S3Client hasty;
    static S3Client direct;

    final String pipeline = "pl_" + UUID.randomUUID();
    final String prefix = pipeline;
    final PartitionKey key = new PartitionKey(pipeline, "orders", 0);
    boolean hang;

    @BeforeAll
    static void start() throws Exception {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        ledger = new JdbcLedger(
                new JdbcTemplate(source),
                new TransactionTemplate(new DataSourceTransactionManager(source)),
                event -> {});
        S3Connection server = Servers.s3();
        proxy = new S3FaultProxy(server.endpoint());
        spoiled = new S3Connection(proxy.endpoint(), server.region(), server.keys());
        patient = S3Clients.open(spoiled, PATIENT.timeout());
        hasty = S3Clients.open(spoiled, HASTY.timeout());
        direct = Servers.s3Client();
    }

    static DeliverySettings settings(Duration timeout) {
        return new DeliverySettings(timeout, DataSize.ofMegabytes(5), DataSize.ofMegabytes(5));
    }

    @AfterAll
    static void stop() throws Exception {
        patient.close();
        hasty.close();
        proxy.close();
    }

    @BeforeEach
    void heal() {
        proxy.heal();
    }

    Batch batch() {
        long epoch = ledger.own(key, "a", null).epoch();
        ledger.begin(key, epoch, 0);
        return Batches.batch(
                Batches.spool(directory, "orders", 0, 10), pipeline, epoch, Batches.FixedRows.of(new byte[0]));
    }

    int deliverUntilCommitted(Batch batch, Map<String, byte[]> contents) {
        for (int attempt = 1; ; attempt++) {
            try {
                deliver(batch, contents);
                return attempt;
            } catch (BatchException e) {
                assertThat(e.kind()).as(e.detail()).isEqualTo(BatchException.Kind.RETRY);
                assertThat(batch.receipt().committed()).isFalse();
                assertThat(attempt).as(e.detail()).isLessThan(9);
            }
        }
    }

    BatchException failure(Batch batch, Map<String, byte[]> contents) {
        BatchException failure = catchThrowableOfType(BatchException.class, () -> deliver(batch, contents));
        assertThat(failure).isNotNull();
        return failure;
    }

    void deliver(Batch batch, Map<String, byte[]> contents) {
        deliver(batch, Servers.BUCKET, contents, Faults.NONE);
    }

    void deliver(Batch batch, String bucket, Map<String, byte[]> contents, Faults faults) {
        S3Objects objects = new S3Objects(
                hang ? hasty : patient, hang ? HASTY : PATIENT, new S3Attempts(spoiled, duration -> {}), faults);
        try (Workplace workplace = Workplace.beside(batch.spool())) {
            Written written =
                    new Batches.FixedRows(contents, List.of()).write(null, List.of(), Map.of(), workplace.directory());
            List<String> keys = written.files().stream()
                    .map(file -> ObjectKey.of(prefix, batch.range(), batch.batchTime(), file.folder(), ".csv"))
                    .toList();
            new Delivery(ledger, faults)
                    .deliver(batch, written, new S3Target(objects, bucket, written.files(), keys, batch.trace()));
        }
    }

    void assertOneObject(byte[] content) {
        assertThat(listing()).hasSize(1);
        String only = listing().get(0).key();
        assertThat(Arrays.equals(bytes(only), content)).as("same bytes").isTrue();
        FileEntry entry = ledger.files(pipeline, FileQuery.newest(9)).get(0);
        assertThat(ledger.files(pipeline, FileQuery.newest(9))).hasSize(1);
        assertThat(entry.status()).isEqualTo(ClaimStatus.COMMITTED);
        assertThat(entry.objects()).singleElement().satisfies(object -> {
            assertThat(object.key()).isEqualTo(only);
            assertThat(object.bytes()).isEqualTo(content.length);
            assertThat(object.etag()).isEqualTo(listing().get(0).eTag());
        });
        assertThat(ledger.totals(pipeline).files()).isEqualTo(1);
    }

    List<S3Object> listing() {
        return direct.listObjectsV2(request -> request.bucket(Servers.BUCKET).prefix(prefix))
                .contents();
    }

    Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        for (S3Object object : listing()) {
            String folder = object.key().substring(prefix.length() + 1);
            int slash = folder.indexOf('/');
            contents.put(
                    slash < 0 ? "" : folder.substring(0, slash),
                    new String(bytes(object.key()), StandardCharsets.UTF_8));
        }
        return contents;
    }

    static byte[] bytes(String object) {
        try {
            return direct.getObject(request -> request.bucket(Servers.BUCKET).key(object))
                    .readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
