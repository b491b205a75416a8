package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Wishes for pipelines, and what the replicas make of them. */
interface LifecycleStore {
    Optional<Desired> find(String pipeline);

    List<Desired> all();

    /** Sets the wish; a reason is kept until the next wish. */
    void want(String pipeline, DesiredStatus status, @Nullable String reason, @Nullable String message);

    /**
     * Sets the wish to run, under a new subscription. Waits for changes of the pipeline's document that are under way.
     *
     * @param version which; null for the current one and those that follow it
     * @return the version that is to run; empty when the pipeline is gone
     */
    Optional<Integer> run(String pipeline, @Nullable Integer version);

    /** Lets a pipeline that runs a certain version follow its current one again; what {@link #run} gives. */
    Optional<Integer> unpin(String pipeline);

    /**
     * Sets the wish to stop.
     *
     * @param force whether what is open is dropped
     */
    void stop(String pipeline, boolean force);

    /** It is as if it had never been started. */
    void cleared(String pipeline);

    /** Forgets why a stopped pipeline has stopped. */
    void dismiss(String pipeline);

    /** Keeps a pipeline's document from changing or going until the transaction ends. */
    void hold(String pipeline);

    /**
     * Pauses what should run by the wish that was made at a moment; any other wish stands, and so does the reason of one
     * that halted before.
     */
    void halt(String pipeline, Instant wish, String reason, String message);

    /** Adds to what is stopped why something that was open was dropped. */
    void dropped(String pipeline, String reason, String message);

    void acceptDead(String pipeline, Map<TopicPartition, Long> upTo);

    /**
     * Another one when wishes, documents or what live replicas say have changed; cheaper than to read them all.
     *
     * @param seconds within which a replica has to have reported
     */
    String fingerprint(int seconds);

    /** Reports that this replica lives, with the database's time, and what of its pipelines has changed; the others of it go. */
    void report(String replica, Collection<Local> locals);

    /** What live replicas say: those that reported within {@code seconds}. */
    List<ReplicaState> replicas(String pipeline, int seconds);

    /** What live replicas say of all pipelines, by pipeline. */
    Map<String, List<ReplicaState>> replicas(int seconds);

    /** The lasting status of each pipeline that was told last. */
    Map<String, PipelineStatus> told();

    /** The same of one pipeline, whose row stays locked until the transaction ends; empty when it is gone. */
    Optional<PipelineStatus> lockTold(String pipeline);

    void setTold(String pipeline, PipelineStatus status);

    /** One pipeline of this replica. */
    record Local(
            String pipeline,
            PipelineStatus status,
            int version,
            int partitions,
            @Nullable String reason,
            @Nullable String message,
            @Nullable Instant nextTry,
            int attempt) {}
}
