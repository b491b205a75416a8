package dev.caravan.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Everything that is in a bucket, as the store itself tells it. */
record Bucket(S3Client client, String name) {
    /** An object in the listing. */
    record Listed(String key, long bytes, String etag) {}

    /** An object that was downloaded. */
    record Downloaded(String key, Path file, long bytes, String sha256, Map<String, String> metadata) {}

    /** All pages of the listing. */
    SortedMap<String, Listed> list() {
        SortedMap<String, Listed> objects = new TreeMap<>();
        client.listObjectsV2Paginator(request -> request.bucket(name))
                .contents()
                .forEach(object -> objects.put(object.key(), new Listed(object.key(), object.size(), object.eTag())));
        return objects;
    }

    Downloaded download(String key, Path file) {
        try (ResponseInputStream<GetObjectResponse> answer =
                client.getObject(request -> request.bucket(name).key(key))) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] bytes = answer.readAllBytes();
            Files.write(file, bytes);
            return new Downloaded(
                    key,
                    file,
                    bytes.length,
                    HexFormat.of().formatHex(digest.digest(bytes)),
                    answer.response().metadata());
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("cannot read " + key, e);
        }
    }
}
