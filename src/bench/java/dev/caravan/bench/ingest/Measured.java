package dev.caravan.bench.ingest;

/** What is measured, in a process of its own with its own broker. */
interface Measured extends AutoCloseable {
    Target target();

    @Override
    void close();

    /**
     * Where to send to, and where it ends.
     *
     * @param key sent as bearer
     */
    record Target(int port, String path, String key, String kafka, String topic) {}
}
