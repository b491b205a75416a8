package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.testing.S3FaultProxy.Fault;
import dev.caravan.testing.S3FaultProxy.Operation;
import dev.caravan.testing.Servers;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Deliveries to an S3 server that fails in every way it can. */
class S3DeliveryIT extends S3Deliveries {
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
}
