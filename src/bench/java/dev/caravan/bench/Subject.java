package dev.caravan.bench;

/** What is measured, together with the embedded servers that it runs on. */
interface Subject extends AutoCloseable {
    static String bucket(int round) {
        return "bench-" + round;
    }

    Endpoints endpoints();

    /** Gets everything ready that is not measured: the bucket, the pipeline. */
    void prepare(int round) throws Exception;

    /**
     * Reads the whole topic; returns once the last message is committed.
     *
     * @param started called when the first partition is assigned
     */
    void run(int round, long messages, Runnable started) throws Exception;

    /** Takes away what the round leaves running. */
    void finish(int round) throws Exception;

    @Override
    void close();
}
