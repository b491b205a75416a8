package dev.caravan.delivery;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where the object store is and how long to wait for it.
 *
 * @param endpoint null for Amazon's own
 * @param accessKey null for the AWS default credentials chain
 * @param timeout silence on a connection after which it is given up
 * @param multipartFrom a larger file is uploaded in parts
 * @param partSize at least 5 MiB, which is S3's minimum
 */
@ConfigurationProperties("caravan.s3")
public record S3Settings(
        @Nullable URI endpoint,
        @DefaultValue("us-east-1") String region,
        @Nullable String accessKey,
        @Nullable String secretKey,
        @DefaultValue("5s") Duration timeout,
        @DefaultValue("64MB") DataSize multipartFrom,
        @DefaultValue("16MB") DataSize partSize) {
    public S3Settings {
        if (partSize.compareTo(DataSize.ofMegabytes(5)) < 0) {
            throw new IllegalArgumentException("caravan.s3.part-size must be at least 5MB, which is S3's minimum");
        }
    }

    /** For people: which store it is. */
    String place() {
        return endpoint == null ? "S3 in " + region : endpoint.toString();
    }

    @Override
    public String toString() {
        return "S3Settings[" + place() + ", accessKey=" + (accessKey == null ? "default chain" : accessKey)
                + ", secretKey=***]";
    }
}
