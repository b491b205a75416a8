package dev.caravan.bench;

import dev.caravan.connection.S3Clients;
import dev.caravan.connection.S3Connection;
import java.net.URI;
import java.util.Objects;
import software.amazon.awssdk.services.s3.S3Client;

/** Where the embedded servers of a measured process listen; in a form that goes over a pipe. */
record Endpoints(String kafka, String s3, String region, String accessKey, String secretKey) {
    static Endpoints of(String kafka, S3Connection s3) {
        S3Connection.Keys keys = Objects.requireNonNull(s3.keys());
        return new Endpoints(kafka, String.valueOf(s3.endpoint()), s3.region(), keys.access(), keys.secret());
    }

    S3Client s3Client() {
        return S3Clients.open(new S3Connection(URI.create(s3), region, new S3Connection.Keys(accessKey, secretKey)));
    }
}
