package dev.caravan.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Uploads one large file in parts. The object appears at once or not at all, and only when there is none. */
final class MultipartPut {
    private static final Logger LOG = LoggerFactory.getLogger(MultipartPut.class);
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
        Optional<StoredObject> object;
        try {
            List<CompletedPart> parts = parts(id, Math.max(partSize.toBytes(), upload.bytes() / MAX_PARTS + 1));
            object = attempts.run(upload.bucket(), () -> complete(id, parts));
        } catch (RuntimeException e) {
            abort(id);
            throw e;
        }
        abortAll();
        return object;
    }

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

    private Optional<StoredObject> complete(String id, List<CompletedPart> parts) {
        try {
            CompleteMultipartUploadResponse answer =
                    client.completeMultipartUpload(request -> request.bucket(upload.bucket())
                            .key(upload.key())
                            .uploadId(id)
                            .ifNoneMatch("*")
                            .multipartUpload(list -> list.parts(parts))
                            .overrideConfiguration(objects.patience(upload.bytes())));
            return answer.eTag() == null ? objects.existing(upload) : Optional.of(upload.stored(answer.eTag()));
        } catch (S3Exception e) {
            // an earlier try may have completed it although its answer was lost
            if (e.statusCode() == S3Objects.PRECONDITION_FAILED
                    || S3Attempts.code(e).equals("NoSuchUpload")) {
                return objects.existing(upload);
            }
            throw e;
        }
    }

    /**
     * Uploads of this key that a lost answer or a crash has left: the object is there, so none of them can be completed.
     * Only saves space, so a refusal is no failure; a lifecycle rule of the bucket does the same.
     */
    private void abortAll() {
        try {
            client
                    .listMultipartUploads(request -> request.bucket(upload.bucket())
                            .prefix(upload.key())
                            .overrideConfiguration(objects.patience(0)))
                    .uploads()
                    .stream()
                    .filter(other -> upload.key().equals(other.key()))
                    .forEach(other -> abort(other.uploadId()));
        } catch (SdkException e) {
            LOG.debug("Uploads of {} that were given up cannot be listed", upload.uri(), e);
        }
    }

    private void abort(String id) {
        try {
            client.abortMultipartUpload(request -> request.bucket(upload.bucket())
                    .key(upload.key())
                    .uploadId(id)
                    .overrideConfiguration(objects.patience(0)));
        } catch (SdkException e) {
            LOG.debug("Upload {} of {} cannot be aborted", id, upload.uri(), e);
        }
    }
}
