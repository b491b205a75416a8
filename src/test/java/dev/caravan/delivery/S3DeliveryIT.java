package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.Rows.Written;
import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import dev.caravan.testing.S3FaultProxy;
import dev.caravan.testing.S3FaultProxy.Fault;
import dev.caravan.testing.S3FaultProxy.Operation;
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
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Deliveries to a real S3 server that fails in every way it can, with the ledger in a real PostgreSQL. */
class S3DeliveryIT {
    private static final int LARGE = 6 << 20;

    @TempDir
    private static Path directory;

    private static final DeliverySettings PATIENT = settings(Duration.ofSeconds(20));
    /** For requests that hang: on a busy machine a sound one may take as long. */
    private static final DeliverySettings HASTY = settings(Duration.ofSeconds(1));

    private static JdbcLedger ledger;
    private static S3FaultProxy proxy;
    private static S3Connection spoiled;
    private static S3Client patient;
    private static S3Client hasty;
    private static S3Client direct;

    private final String pipeline = "pl_" + UUID.randomUUID();
    private final String prefix = pipeline;
    private final PartitionKey key = new PartitionKey(pipeline, "orders", 0);
    private boolean hang;

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

    private static DeliverySettings settings(Duration timeout) {
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

    static Stream<Arguments> everyFaultOnEveryRequest() {
        return Stream.of(Operation.PUT, Operation.CREATE, Operation.PART, Operation.COMPLETE)
                .flatMap(operation -> Arrays.stream(Fault.values())
                        .flatMap(fault -> Stream.of(1, 4).map(times -> Arguments.of(operation, fault, times))));
    }

    /** Once is mended within the attempt, four times needs the batch to come again. */
    @ParameterizedTest(name = "{1} on {0} {2} times")
    @MethodSource("everyFaultOnEveryRequest")
    void afterAnyFaultThereIsOneObjectAndOneCommit(Operation operation, Fault fault, int times) {
        byte[] content = content(operation == Operation.PUT ? 5_000 : LARGE);
        Batch batch = batch();
        hang = fault.name().startsWith("HANG");
        proxy.spoil(operation, fault, 1, times);
        int attempts = deliverUntilCommitted(batch, Map.of("", content));

        assertThat(proxy.seen(operation)).isGreaterThan(1);
        assertThat(attempts).isLessThanOrEqualTo(5);
        if (times == 1 && fault != Fault.ACCESS_DENIED) {
            assertThat(attempts).isEqualTo(1);
        }
        assertOneObject(content);
        assertThat(direct.listMultipartUploads(
                                request -> request.bucket(Servers.BUCKET).prefix(prefix))
                        .uploads())
                .isEmpty();
    }

    static Stream<Fault> faults() {
        return Arrays.stream(Fault.values());
    }

    /** The answer of the put is lost, and so is the question what happened to it. */
    @ParameterizedTest
    @MethodSource("faults")
    void aLostAnswerIsClearedUpEvenWhenHeadFailsToo(Fault fault) {
        byte[] content = content(5_000);
        Batch batch = batch();
        proxy.spoil(Operation.PUT, Fault.RESET_AFTER, 1, 1);
        hang = fault.name().startsWith("HANG");
        proxy.spoil(Operation.HEAD, fault, 1, 4);
        deliverUntilCommitted(batch, Map.of("", content));
        assertThat(proxy.seen(Operation.HEAD)).isGreaterThan(4);
        assertOneObject(content);
    }

    /** What the promise rests on in the client: if this changes, {@link S3Objects} has to. */
    @Test
    void theClientOverlooksAnErrorInThe200OfAPutButNotOfACompletion() {
        proxy.spoil(Operation.PUT, Fault.ERROR_IN_200, 1, 1);
        proxy.spoil(Operation.COMPLETE, Fault.ERROR_IN_200, 1, 1);
        String object = prefix + "/probe";
        PutObjectResponse put = patient.putObject(
                request -> request.bucket(Servers.BUCKET).key(object), RequestBody.fromString("text"));
        assertThat(put.eTag()).isNull();
        assertThat(put.sdkHttpResponse().isSuccessful()).isTrue();
        S3Exception e = catchThrowableOfType(
                S3Exception.class,
                () -> patient.completeMultipartUpload(request -> request.bucket(Servers.BUCKET)
                        .key(object)
                        .uploadId("id")
                        .multipartUpload(list -> {})));
        assertThat(e.statusCode()).isEqualTo(200);
        assertThat(S3Attempts.code(e)).isEqualTo("InternalError");
        assertThat(listing()).isEmpty();
    }

    @Test
    void theObjectSaysWhoWroteIt() {
        Batch batch = batch();
        deliver(batch, Map.of("", content(5_000)));
        HeadObjectResponse object = direct.headObject(
                request -> request.bucket(Servers.BUCKET).key(listing().get(0).key()));
        FileEntry entry = ledger.files(pipeline, FileQuery.newest(1)).get(0);
        assertThat(object.metadata())
                .containsEntry("claim-id", entry.claim().toString())
                .containsEntry("sha256", entry.objects().get(0).sha256())
                .containsEntry("pipeline", pipeline)
                .containsEntry("version", "7")
                .containsEntry("first-offset", "0")
                .containsEntry("last-offset", "9")
                .containsEntry("rows", Long.toString(entry.objects().get(0).rows()));
        assertThat(object.eTag()).isEqualTo(entry.objects().get(0).etag());
    }

    @Test
    void anObjectOfAnotherOriginIsNeverOverwritten() {
        Batch batch = batch();
        String taken = ObjectKey.of(prefix, batch.range(), batch.batchTime(), "", ".csv");
        direct.putObject(request -> request.bucket(Servers.BUCKET).key(taken), RequestBody.fromString("precious"));
        BatchException e = failure(batch, Map.of("", content(100)));
        assertThat(e.kind()).isEqualTo(BatchException.Kind.PAUSE);
        assertThat(e.reason()).isEqualTo("object_exists");
        assertThat(e.detail()).contains("s3://lake/" + taken, "Nothing is overwritten");
        assertThat(bytes(taken)).isEqualTo("precious".getBytes(StandardCharsets.UTF_8));

        direct.deleteObject(request -> request.bucket(Servers.BUCKET).key(taken));
        deliver(batch, Map.of("", content(100)));
        assertOneObject(content(100));
    }

    @Test
    void anotherClaimsLargeObjectIsNotOverwrittenEither() {
        Batch batch = batch();
        String taken = ObjectKey.of(prefix, batch.range(), batch.batchTime(), "", ".csv");
        direct.putObject(request -> request.bucket(Servers.BUCKET).key(taken), RequestBody.fromString("precious"));
        assertThat(failure(batch, Map.of("", content(LARGE))).reason()).isEqualTo("object_exists");
        assertThat(bytes(taken)).isEqualTo("precious".getBytes(StandardCharsets.UTF_8));
        assertThat(direct.listMultipartUploads(
                                request -> request.bucket(Servers.BUCKET).prefix(prefix))
                        .uploads())
                .isEmpty();
    }

    @Test
    void aMissingBucketIsTriedOnceAndSaysWhatToDo() {
        Batch batch = batch();
        BatchException e = catchThrowableOfType(
                BatchException.class, () -> deliver(batch, "nowhere", Map.of("", content(100)), Faults.NONE));
        assertThat(e.kind()).isEqualTo(BatchException.Kind.RETRY);
        assertThat(e.reason()).isEqualTo("s3_refused");
        assertThat(e.detail()).contains("nowhere", proxy.endpoint().toString(), "NoSuchBucket", "Create the bucket");
        assertThat(proxy.seen(Operation.PUT)).isEqualTo(1);
    }

    @Test
    void aDeniedPutIsTriedOnceAndSaysWhatToDo() {
        proxy.spoil(Operation.PUT, Fault.ACCESS_DENIED, 1, 9);
        BatchException e = failure(batch(), Map.of("", content(100)));
        assertThat(e.reason()).isEqualTo("s3_refused");
        assertThat(e.detail()).contains("403 AccessDenied", "Allow s3:PutObject");
        assertThat(proxy.seen(Operation.PUT)).isEqualTo(1);
    }

    @Test
    void anOverloadedStoreIsTriedThreeTimesAndNamed() {
        proxy.spoil(Operation.PUT, Fault.SLOW_DOWN, 1, 9);
        BatchException e = failure(batch(), Map.of("", content(100)));
        assertThat(e.kind()).isEqualTo(BatchException.Kind.RETRY);
        assertThat(e.reason()).isEqualTo("s3_unavailable");
        assertThat(e.detail()).contains("bucket lake", proxy.endpoint().toString(), "503 SlowDown");
        assertThat(proxy.seen(Operation.PUT)).isEqualTo(3);
    }

    /** The claim and a part of its objects were made by an attempt whose library split the rows in another way. */
    @Test
    void anAttemptThatMakesOtherFilesLeavesNothingOfTheOneBefore() {
        Batch batch = batch();
        proxy.spoil(Operation.PUT, Fault.ACCESS_DENIED, 3, 1);
        Map<String, byte[]> before =
                new TreeMap<>(Map.of("c=a", text("1\n2\n"), "c=b", text("3\n"), "c=c", text("4\n")));
        failure(batch, before);
        assertThat(listing()).hasSize(2);

        Map<String, byte[]> now = new TreeMap<>(Map.of("c=b", text("2\n3\n"), "c=c", text("1\n4\n")));
        deliver(batch, now);
        assertThat(contents()).isEqualTo(Map.of("c=b", "2\n3\n", "c=c", "1\n4\n"));
        FileEntry entry = ledger.files(pipeline, FileQuery.newest(1)).get(0);
        assertThat(entry.status()).isEqualTo(ClaimStatus.COMMITTED);
        assertThat(entry.objects())
                .extracting(StoredObject::key)
                .containsExactlyElementsOf(listing().stream().map(S3Object::key).toList());
        assertThat(entry.counts().written()).isEqualTo(4);
    }

    /** It slept between the claim and the put; meanwhile another owner has made other bytes of the same range. */
    @Test
    void anEarlierOwnerThatWakesUpCannotTouchWhatIsCommitted() {
        Batch batch = batch();
        Faults asleep = point -> {
            if (point == FaultPoint.AFTER_CLAIM) {
                Ownership taken = ledger.own(key, "b", null);
                deliver(Batches.batch(batch.spool(), pipeline, taken.epoch(), batch.rows()), Map.of("", text("new\n")));
            }
        };
        BatchException e = catchThrowableOfType(
                BatchException.class, () -> deliver(batch, Servers.BUCKET, Map.of("", text("old\n")), asleep));
        assertThat(e.kind()).isEqualTo(BatchException.Kind.FENCED);
        assertThat(contents()).isEqualTo(Map.of("", "new\n"));
        assertThat(batch.receipt().committed()).isFalse();
    }

    /** It slept in the put; meanwhile another owner has done everything. */
    @Test
    void aPutThatArrivesLateIsHarmless() {
        Batch batch = batch();
        Faults asleep = point -> {
            if (point == FaultPoint.DURING_PUT && !batch.receipt().committed()) {
                Ownership taken = ledger.own(key, "b", null);
                Batch same = new Batch(
                        pipeline,
                        7,
                        batch.range(),
                        taken.epoch(),
                        batch.batchTime(),
                        false,
                        batch.spool(),
                        batch.rows(),
                        batch.receipt());
                deliver(same, Map.of("", content(5_000)));
            }
        };
        BatchException e = catchThrowableOfType(
                BatchException.class, () -> deliver(batch, Servers.BUCKET, Map.of("", content(5_000)), asleep));
        assertThat(e).satisfiesAnyOf(none -> assertThat(none).isNull(), fenced -> assertThat(fenced.kind())
                .isEqualTo(BatchException.Kind.FENCED));
        assertOneObject(content(5_000));
    }

    private Batch batch() {
        long epoch = ledger.own(key, "a", null).epoch();
        ledger.begin(key, epoch, 0);
        return Batches.batch(
                Batches.spool(directory, "orders", 0, 10), pipeline, epoch, Batches.FixedRows.of(new byte[0]));
    }

    private int deliverUntilCommitted(Batch batch, Map<String, byte[]> contents) {
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

    private BatchException failure(Batch batch, Map<String, byte[]> contents) {
        BatchException failure = catchThrowableOfType(BatchException.class, () -> deliver(batch, contents));
        assertThat(failure).isNotNull();
        return failure;
    }

    private void deliver(Batch batch, Map<String, byte[]> contents) {
        deliver(batch, Servers.BUCKET, contents, Faults.NONE);
    }

    private void deliver(Batch batch, String bucket, Map<String, byte[]> contents, Faults faults) {
        S3Objects objects = new S3Objects(
                hang ? hasty : patient, hang ? HASTY : PATIENT, new S3Attempts(spoiled, duration -> {}), faults);
        try (Workplace workplace = Workplace.beside(batch.spool())) {
            Written written =
                    new Batches.FixedRows(contents, List.of()).write(null, List.of(), Map.of(), workplace.directory());
            List<String> keys = written.files().stream()
                    .map(file -> ObjectKey.of(prefix, batch.range(), batch.batchTime(), file.folder(), ".csv"))
                    .toList();
            new Delivery(ledger, faults).deliver(batch, written, new S3Target(objects, bucket, written.files(), keys));
        }
    }

    private void assertOneObject(byte[] content) {
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

    private List<S3Object> listing() {
        return direct.listObjectsV2(request -> request.bucket(Servers.BUCKET).prefix(prefix))
                .contents();
    }

    private Map<String, String> contents() {
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

    private static byte[] bytes(String object) {
        try {
            return direct.getObject(request -> request.bucket(Servers.BUCKET).key(object))
                    .readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
