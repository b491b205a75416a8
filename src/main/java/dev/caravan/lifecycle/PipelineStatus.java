package dev.caravan.lifecycle;

import java.util.Locale;

/**
 * What a pipeline is doing, over all replicas.
 *
 * <pre>
 *              start                      pause
 *   STOPPED ──────────► STARTING ──► RUNNING ◄──────► PAUSED
 *      ▲                    │           │     resume     │
 *      │                    ▼           │                │ stop
 *      │                 FAILED         │ stop           │
 *      │                    │ stop      ▼                │
 *      └────────────────────┴─────── STOPPING ◄──────────┘
 * </pre>
 */
public enum PipelineStatus {
    /** No replica runs it. Remains until a start. */
    STOPPED,
    /** Wanted, but no replica has been given its partitions yet. Remains until one has, or the routes are refused. */
    STARTING,
    /** At least one replica reads. Remains until a pause, a stop, or a problem that only a person can decide. */
    RUNNING,
    /**
     * The topic has been quiet: no replica has a consumer, one probe for all such pipelines looks for messages. Remains until
     * there is one, or a stop.
     */
    IDLE,
    /** The position and the open batches stay. Remains until a resume or a stop. */
    PAUSED,
    /** Open batches are being committed. Remains until all are. */
    STOPPING,
    /** The routes cannot be started. Tried again by itself; remains until that works or a stop. */
    FAILED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
