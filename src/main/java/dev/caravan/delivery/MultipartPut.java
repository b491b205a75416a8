package dev.caravan.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Uploads one large file in parts. The object appears at once or not at all, and only when there is none. */
final class MultipartPut {
    private static final int MAX_PARTS = 10_000;

    private final S3Objects objects;
    private final S3Client client;
    private final S3Attempts attempts;
    private final Upload upload;

    MultipartPut(S3Objects objects, S3Client client, S3Attempts attempts, Upload upload) {
        this.objects = objects;
        this.client = client;
        this.attempts = attempts;
        this.upload = upload;
    }

    /** @return as {@link S3Objects#put} */
    Optional<StoredObject> put(DataSize partSize) {
        String id = attempts.run(upload.bucket(), this::create);
        boolean complete = false;
        try {
            List<CompletedPart> parts = parts(id, Math.max(partSize.toBytes(), upload.bytes() / MAX_PARTS + 1));
            CompletedOr outcome = attempts.run(upload.bucket(), () -> complete(id, parts));
            complete = outcome.byThisUpload();
            return outcome.object();
        } finally {
            if (!complete) {
                abort(id);
            }
        }
    }

    /** @param byThisUpload false when the object was there before, so that this upload still lies about */
    private record CompletedOr(Optional<StoredObject> object, boolean byThisUpload) {}

    private String create() {
        String id = client.createMultipartUpload(request -> request.bucket(upload.bucket())
                        .key(upload.key())
                        .contentType("application/octet-stream")
                        .metadata(upload.metadata())
                        .overrideConfiguration(objects.patience(0)))
                .uploadId();
        if (id == null) {
            throw new S3Attempts.WrongAnswer("an upload began without an id");
        }
        return id;
    }

    private List<CompletedPart> parts(String id, long size) {
        List<CompletedPart> parts = new ArrayList<>();
        for (long from = 0; from < upload.bytes(); from += size) {
            long start = from;
            int number = parts.size() + 1;
            parts.add(attempts.run(
                    upload.bucket(), () -> part(id, number, start, Math.min(size, upload.bytes() - start))));
        }
        return parts;
    }

    private CompletedPart part(String id, int number, long from, long length) {
        String etag = client.uploadPart(
                        request -> request.bucket(upload.bucket())
                                .key(upload.key())
                                .uploadId(id)
                                .partNumber(number)
                                .overrideConfiguration(objects.patience(length)),
                        objects.body(upload, from, length).asRequestBody())
                .eTag();
        if (etag == null) {
            throw new S3Attempts.WrongAnswer("part " + number + " was taken without an ETag");
        }
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    private CompletedOr complete(String id, List<CompletedPart> parts) {
        try {
            CompleteMultipartUploadResponse answer =
                    client.completeMultipartUpload(request -> request.bucket(upload.bucket())
                            .key(upload.key())
                            .uploadId(id)
                            .ifNoneMatch("*")
                            .multipartUpload(list -> list.parts(parts))
                            .overrideConfiguration(objects.patience(upload.bytes())));
            return answer.eTag() == null
                    ? new CompletedOr(objects.existing(upload), false)
                    : new CompletedOr(S3Objects.stored(upload, answer.eTag()), true);
        } catch (S3Exception e) {
            // an earlier try may have completed it although its answer was lost
            if (e.statusCode() == S3Objects.PRECONDITION_FAILED
                    || S3Attempts.code(e).equals("NoSuchUpload")) {
                return new CompletedOr(objects.existing(upload), false);
            }
            throw e;
        }
    }

    private void abort(String id) {
        try {
            client.abortMultipartUpload(request -> request.bucket(upload.bucket())
                    .key(upload.key())
                    .uploadId(id)
                    .overrideConfiguration(objects.patience(0)));
        } catch (SdkException e) {
            // whatever ended the upload is what is thrown; what is left of it the store's lifecycle rule removes
        }
    }
}
