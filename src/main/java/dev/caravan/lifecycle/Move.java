package dev.caravan.lifecycle;

import java.util.Locale;

/** What a person can ask of a pipeline; what comes of it is a pure function of how the pipeline stands. */
public enum Move {
    START,
    /** Like {@link #START}, to be paused as soon as it has its partitions. */
    START_PAUSED,
    PAUSE,
    RESUME,
    /** What is open is committed first. */
    STOP,
    /** What is open is dropped and read again after the next start. */
    FORCE_STOP,
    /** Forgets positions, claims and dead letters; objects stay. */
    CLEAR;

    /** What is done about a move. */
    enum Step {
        /** It is as it was asked for, or on its way there. */
        NOTHING,
        /** Not from here. */
        ILLEGAL,
        RUN,
        RUN_PAUSED,
        WANT_RUNNING,
        WANT_PAUSED,
        WANT_STOPPED,
        WANT_STOPPED_NOW,
        FORGET
    }

    /**
     * @param desired what was asked for last
     * @param status how it stands over all replicas
     */
    Step from(DesiredStatus desired, PipelineStatus status) {
        return switch (this) {
            case START, START_PAUSED -> start(desired, status);
            case PAUSE -> unlessStopped(desired, desired == DesiredStatus.PAUSED ? Step.NOTHING : Step.WANT_PAUSED);
            case RESUME -> unlessStopped(desired, goesOn(desired, status) ? Step.NOTHING : Step.WANT_RUNNING);
            case STOP -> desired == DesiredStatus.STOPPED ? Step.NOTHING : Step.WANT_STOPPED;
            case FORCE_STOP -> status == PipelineStatus.STOPPED ? Step.NOTHING : Step.WANT_STOPPED_NOW;
            case CLEAR -> status == PipelineStatus.STOPPED ? Step.FORGET : Step.ILLEGAL;
        };
    }

    private Step start(DesiredStatus desired, PipelineStatus status) {
        return switch (desired) {
            case STOPPED ->
                status != PipelineStatus.STOPPED ? Step.ILLEGAL : this == START ? Step.RUN : Step.RUN_PAUSED;
            case RUNNING -> this == START ? Step.NOTHING : Step.ILLEGAL;
            case PAUSED -> this == START_PAUSED ? Step.NOTHING : Step.ILLEGAL;
        };
    }

    /** One that is to run and is paused halts just now, or is about to resume: what is wished now is younger than both. */
    private static boolean goesOn(DesiredStatus desired, PipelineStatus status) {
        return desired == DesiredStatus.RUNNING && status != PipelineStatus.PAUSED;
    }

    private static Step unlessStopped(DesiredStatus desired, Step otherwise) {
        return desired == DesiredStatus.STOPPED ? Step.ILLEGAL : otherwise;
    }

    /** As it is written, such as {@code force_stop}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What to do instead when it is illegal. */
    String advice(DesiredStatus desired) {
        return switch (this) {
            case START, START_PAUSED ->
                switch (desired) {
                    case STOPPED -> "wait until it is stopped";
                    case RUNNING -> "pause it instead";
                    case PAUSED -> "resume it instead";
                };
            case PAUSE -> "start it first";
            case RESUME -> "start it instead";
            case STOP, FORCE_STOP -> "wait";
            case CLEAR -> "stop it first, and wait until it is stopped";
        };
    }
}
