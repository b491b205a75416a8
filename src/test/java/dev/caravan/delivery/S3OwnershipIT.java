package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.testing.S3FaultProxy.Fault;
import dev.caravan.testing.S3FaultProxy.Operation;
import dev.caravan.testing.Servers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Whose an object is, and who may replace it. */
class S3OwnershipIT extends S3Deliveries {
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
                .containsEntry("traceparent", batch.trace().traceparent())
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
}
