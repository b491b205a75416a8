package dev.caravan.connection;

/** The servers that Caravan brings along; each call waits until that server is up. */
public interface BundledServers {
    KafkaConnection kafka();

    DatabaseConnection database();

    S3Connection s3();
}
