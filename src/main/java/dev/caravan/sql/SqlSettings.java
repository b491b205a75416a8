package dev.caravan.sql;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What one pipeline's queries may use.
 *
 * @param memoryLimit memory of the engine of one pipeline version, at least 64 MB
 * @param timeLimit time of one run of the whole chain of queries over a batch, at least one second
 */
@ConfigurationProperties("caravan.sql")
public record SqlSettings(
        @DefaultValue("256MB") DataSize memoryLimit,
        @DefaultValue("60s") Duration timeLimit) {
    private static final DataSize LEAST_MEMORY = DataSize.ofMegabytes(64);

    public SqlSettings {
        if (memoryLimit.compareTo(LEAST_MEMORY) < 0) {
            throw new IllegalArgumentException("caravan.sql.memory-limit must be at least 64MB");
        }
        if (timeLimit.toMillis() < 1000) {
            throw new IllegalArgumentException("caravan.sql.time-limit must be at least one second");
        }
    }

    public static SqlSettings defaults() {
        return new SqlSettings(DataSize.ofMegabytes(256), Duration.ofSeconds(60));
    }
}
