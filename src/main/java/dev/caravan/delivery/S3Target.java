package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.Rows.WrittenFile;
import dev.caravan.trace.TraceContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;

/** Writes files to objects of a bucket, one for each, under keys that were decided with the claim. */
final class S3Target implements Target {
    private static final int TRIES = 3;

    private final S3Objects objects;
    private final String bucket;
    private final List<WrittenFile> files;
    private final List<String> keys;
    private final TraceContext trace;

    /**
     * @param keys of the files, in their order
     * @param trace of the batch, for the objects to tell
     */
    S3Target(S3Objects objects, String bucket, List<WrittenFile> files, List<String> keys, TraceContext trace) {
        if (keys.size() != files.size() || new HashSet<>(keys).size() != keys.size()) {
            throw new IllegalArgumentException("two files would be one object: " + keys);
        }
        this.objects = objects;
        this.bucket = bucket;
        this.files = List.copyOf(files);
        this.keys = List.copyOf(keys);
        this.trace = trace;
    }

    @Override
    public String name() {
        return "s3://" + bucket;
    }

    @Override
    public List<String> objectKeys() {
        return keys;
    }

    @Override
    public List<StoredObject> write(Claim claim, Consumer<String> takeBack) {
        List<StoredObject> stored = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            stored.add(put(Upload.of(claim, bucket, keys.get(i), files.get(i), trace), takeBack));
        }
        return stored;
    }

    private StoredObject put(Upload upload, Consumer<String> takeBack) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            var stored = objects.put(upload);
            if (stored.isPresent()) {
                return stored.get();
            }
            // rows may be spread over the files in another way than in the attempt before: none of its bytes may stay
            takeBack.accept(upload.key());
        }
        throw BatchException.retry(
                "s3_unavailable", upload.uri() + " keeps getting other bytes than those written", null);
    }

    @Override
    public void remove(Claim claim, String key) {
        objects.remove(claim, bucket, key);
    }
}
