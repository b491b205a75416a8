package dev.caravan.delivery;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How objects are written.
 *
 * @param timeout for one request to the store, the time for its bytes not counted
 * @param multipartFrom a larger file is uploaded in parts
 * @param partSize at least 5 MiB, which is S3's minimum
 */
@ConfigurationProperties("caravan.delivery")
public record DeliverySettings(
        @DefaultValue("5s") Duration timeout,
        @DefaultValue("64MB") DataSize multipartFrom,
        @DefaultValue("16MB") DataSize partSize) {
    private static final DataSize MINIMAL_PART = DataSize.ofMegabytes(5);

    public DeliverySettings {
        if (partSize.compareTo(MINIMAL_PART) < 0) {
            throw new IllegalArgumentException(
                    "caravan.delivery.part-size must be at least 5MB, which is S3's minimum");
        }
    }
}
