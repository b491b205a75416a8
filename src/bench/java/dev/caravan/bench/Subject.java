package dev.caravan.bench;

/** What is measured, together with the embedded servers that it runs on. */
interface Subject extends AutoCloseable {
    Endpoints endpoints();

    static String bucket(int round) {
        return "bench-" + round;
    }

    /** Gets everything ready that is not measured: the group, the bucket, the pipeline. */
    void prepare(int round) throws Exception;

    /** Reads the whole topic; returns once the last message is committed. */
    void run(long messages) throws Exception;

    /** Takes away what the round leaves running. */
    void finish() throws Exception;

    @Override
    void close();
}
