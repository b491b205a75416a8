package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Puts objects that carry the id of their claim, and never over another one. After an ambiguous answer the put is tried
 * again, and then the store says whether the object is there and whose it is.
 */
final class S3Objects implements AutoCloseable {
    static final int PRECONDITION_FAILED = 412;
    private static final long SLOWEST_BYTES_PER_SECOND = 256 << 10;

    private final S3Client client;
    private final DeliverySettings settings;
    private final S3Attempts attempts;
    private final Faults faults;

    S3Objects(S3Client client, DeliverySettings settings, S3Attempts attempts, Faults faults) {
        this.client = client;
        this.settings = settings;
        this.attempts = attempts;
        this.faults = faults;
    }

    /**
     * Makes the object exist with these bytes.
     *
     * @return empty when an earlier attempt of the same claim has left other bytes there: {@link #remove} them first
     * @throws BatchException of kind PAUSE with reason {@code object_exists} when the object belongs to no claim or another
     */
    Optional<StoredObject> put(Upload upload) {
        return upload.bytes() > settings.multipartFrom().toBytes()
                ? new MultipartPut(this, client, attempts, upload).put(settings.partSize())
                : attempts.run(upload.bucket(), () -> putWhole(upload));
    }

    private Optional<StoredObject> putWhole(Upload upload) {
        try {
            PutObjectResponse answer = client.putObject(
                    request -> request.bucket(upload.bucket())
                            .key(upload.key())
                            .ifNoneMatch("*")
                            .metadata(upload.metadata())
                            // the store compares what arrived with what was meant
                            .checksumSHA256(Base64.getEncoder()
                                    .encodeToString(HexFormat.of().parseHex(upload.sha256())))
                            .overrideConfiguration(patience(upload.bytes())),
                    body(upload, 0, upload.bytes()).asRequestBody());
            return answer.eTag() == null || hasBody(answer)
                    ? existing(upload)
                    : Optional.of(upload.stored(answer.eTag()));
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
                return existing(upload);
            }
            throw e;
        }
    }

    /** A put has nothing to say beyond its headers, so a body is an error that came too late for the status. */
    private static boolean hasBody(PutObjectResponse answer) {
        return answer.sdkHttpResponse()
                .firstMatchingHeader("Content-Length")
                .filter(length -> !length.equals("0"))
                .isPresent();
    }

    /** What the store has under the upload's key, if it is of the same claim. Throws when there is nothing. */
    Optional<StoredObject> existing(Upload upload) {
        HeadObjectResponse object = head(upload.bucket(), upload.key())
                .orElseThrow(() -> new S3Attempts.WrongAnswer("the object is not there after all"));
        if (!isOf(upload.claim(), object)) {
            throw BatchException.pause(
                    "object_exists",
                    upload.uri() + " exists and was not written for " + upload.claim()
                            + ". Nothing is overwritten: move the object away, or give the sink another prefix, "
                            + "then resume.");
        }
        boolean same = upload.sha256().equals(object.metadata().get(Upload.SHA256))
                && object.contentLength() == upload.bytes();
        return same ? Optional.of(upload.stored(object.eTag())) : Optional.empty();
    }

    /** Deletes an object if it is of this claim. */
    void remove(Claim claim, String bucket, String key) {
        attempts.run(bucket, () -> {
            boolean ours =
                    head(bucket, key).filter(object -> isOf(claim, object)).isPresent();
            return ours
                    ? client.deleteObject(
                            request -> request.bucket(bucket).key(key).overrideConfiguration(patience(0)))
                    : "nothing to delete";
        });
    }

    private Optional<HeadObjectResponse> head(String bucket, String key) {
        try {
            HeadObjectResponse object =
                    client.headObject(request -> request.bucket(bucket).key(key).overrideConfiguration(patience(0)));
            if (object.eTag() == null) {
                throw new S3Attempts.WrongAnswer("an object without an ETag");
            }
            return Optional.of(object);
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    private static boolean isOf(Claim claim, HeadObjectResponse object) {
        return claim.id().toString().equals(object.metadata().get(Upload.CLAIM_ID));
    }

    FilePart body(Upload upload, long from, long length) {
        return new FilePart(upload.file(), from, length, upload.bytes() / 2, faults);
    }

    /** How long a call may take that carries so many bytes; the client's own limit knows nothing of them. */
    AwsRequestOverrideConfiguration patience(long bytes) {
        Duration most = settings.timeout().plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(most)
                .apiCallTimeout(most)
                .build();
    }

    /** Lets go of the connections. */
    @Override
    public void close() {
        client.close();
    }
}
