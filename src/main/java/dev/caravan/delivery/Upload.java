package dev.caravan.delivery;

import dev.caravan.batch.OffsetRange;
import dev.caravan.batch.Rows.WrittenFile;
import dev.caravan.trace.TraceContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * A local file on its way to become an object of a claim.
 *
 * @param sha256 of its bytes, in lower-case hex
 * @param trace of the batch
 */
record Upload(
        Claim claim, String bucket, String key, Path file, long rows, long bytes, String sha256, TraceContext trace) {
    static final String CLAIM_ID = "claim-id";
    static final String SHA256 = "sha256";

    static Upload of(Claim claim, String bucket, String key, WrittenFile written, TraceContext trace) {
        try {
            return new Upload(
                    claim,
                    bucket,
                    key,
                    written.file(),
                    written.rows(),
                    Files.size(written.file()),
                    digest(written.file()),
                    trace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says in the store itself what the object is: enough to recognise it without the ledger. */
    Map<String, String> metadata() {
        OffsetRange range = claim.range();
        return Map.of(
                CLAIM_ID,
                claim.id().toString(),
                SHA256,
                sha256,
                "pipeline",
                claim.pipeline(),
                "version",
                Integer.toString(claim.version()),
                "generation",
                Integer.toString(claim.generation()),
                "first-offset",
                Long.toString(range.first()),
                "last-offset",
                Long.toString(range.last()),
                "rows",
                Long.toString(rows),
                TraceContext.HEADER,
                trace.traceparent());
    }

    StoredObject stored(String etag) {
        return new StoredObject(key, rows, bytes, sha256, etag);
    }

    String uri() {
        return "s3://" + bucket + "/" + key;
    }

    private static String digest(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            DigestInputStream digesting = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
            digesting.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
