package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.delivery.ClaimStatus;
import dev.caravan.delivery.Counts;
import dev.caravan.delivery.DeadLetterEntry;
import dev.caravan.delivery.FileEntry;
import dev.caravan.delivery.ReplayOutcome;
import dev.caravan.delivery.StoredObject;
import dev.caravan.lifecycle.PipelineState;
import dev.caravan.lifecycle.ReplicaState;
import dev.caravan.lifecycle.Stopped;
import dev.caravan.log.LogEntry;
import dev.caravan.pipeline.Pipeline;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the operations answer; field names become snake_case on the wire. */
final class Views {
    private Views() {}

    /** @param nextCursor where the list goes on; null at its end */
    record Page<T>(List<T> items, @Nullable String nextCursor) {}

    record Summary(
            String id,
            String name,
            int version,
            String status,
            @Nullable String description,
            String topic,
            boolean provisioned,
            Instant createdAt,
            Instant updatedAt) {
        static Summary of(Pipeline pipeline, PipelineState state) {
            return new Summary(
                    pipeline.id(),
                    pipeline.name(),
                    pipeline.version(),
                    state.status().wireName(),
                    pipeline.spec().description(),
                    pipeline.topic(),
                    pipeline.provisioned(),
                    pipeline.createdAt(),
                    pipeline.updatedAt());
        }
    }

    /** @param document with the values of secrets replaced */
    record Full(
            String id,
            String name,
            int version,
            String status,
            String desired,
            @Nullable Trouble error,
            List<Replica> replicas,
            @Nullable String description,
            String topic,
            boolean provisioned,
            Instant createdAt,
            Instant updatedAt,
            JsonNode document) {
        static Full of(Pipeline pipeline, PipelineState state, JsonNode document) {
            return new Full(
                    pipeline.id(),
                    pipeline.name(),
                    pipeline.version(),
                    state.status().wireName(),
                    state.desired().wireName(),
                    Trouble.of(state),
                    Replica.of(state),
                    pipeline.spec().description(),
                    pipeline.topic(),
                    pipeline.provisioned(),
                    pipeline.createdAt(),
                    pipeline.updatedAt(),
                    document);
        }
    }

    /** How a pipeline is after it was moved. */
    record Moved(
            String id,
            String name,
            int version,
            String status,
            String desired,
            @Nullable Trouble error,
            List<Replica> replicas) {
        static Moved of(Pipeline pipeline, PipelineState state) {
            return new Moved(
                    pipeline.id(),
                    pipeline.name(),
                    pipeline.version(),
                    state.status().wireName(),
                    state.desired().wireName(),
                    Trouble.of(state),
                    Replica.of(state));
        }
    }

    /** @param since when the pipeline got the status that was asked for last */
    record Trouble(
            String reason,
            @Nullable String message,
            @Nullable Instant since,
            @Nullable Instant nextTry) {
        static @Nullable Trouble of(PipelineState state) {
            String reason = state.reason();
            return reason == null ? null : new Trouble(reason, state.message(), state.since(), state.nextTry());
        }
    }

    record Replica(String name, String status, int version, int partitions, Instant updatedAt) {
        static List<Replica> of(PipelineState state) {
            return state.replicas().stream().map(Replica::of).toList();
        }

        private static Replica of(ReplicaState replica) {
            return new Replica(
                    replica.replica(),
                    replica.status().wireName(),
                    replica.version(),
                    replica.partitions(),
                    replica.updatedAt());
        }
    }

    /** @param dropped why something that was open was not flushed */
    record StoppedView(
            String id,
            String name,
            String status,
            Flushed flushed,
            @Nullable Dropped dropped) {
        static StoppedView of(Pipeline pipeline, Stopped stopped) {
            return new StoppedView(
                    pipeline.id(),
                    pipeline.name(),
                    stopped.state().status().wireName(),
                    Flushed.of(stopped.flushed()),
                    Dropped.of(stopped.state()));
        }
    }

    record Dropped(String reason, @Nullable String message) {
        static @Nullable Dropped of(PipelineState stopped) {
            String reason = stopped.reason();
            return reason == null ? null : new Dropped(reason, stopped.message());
        }
    }

    /**
     * What a stop brought to its target.
     *
     * @param files objects written
     * @param rows in them
     */
    record Flushed(int files, long rows, List<Range> ranges) {
        static Flushed of(List<FileEntry> entries) {
            int files = entries.stream().mapToInt(file -> file.objects().size()).sum();
            long rows =
                    entries.stream().mapToLong(file -> file.counts().written()).sum();
            return new Flushed(files, rows, entries.stream().map(Range::of).toList());
        }
    }

    record Range(String topic, int partition, long firstOffset, long lastOffset, long rowsIn, List<String> objectKeys) {
        static Range of(FileEntry file) {
            return new Range(
                    file.range().topic(),
                    file.range().partition(),
                    file.range().first(),
                    file.range().last(),
                    file.counts().in(),
                    file.objects().stream().map(StoredObject::key).toList());
        }
    }

    record FileView(
            UUID claimId,
            String topic,
            int partition,
            long firstOffset,
            long lastOffset,
            int generation,
            int version,
            String status,
            String target,
            List<StoredObject> objects,
            Terms rows,
            long rowsWritten,
            Instant batchTime,
            Instant claimedAt,
            @Nullable Instant committedAt,
            @Nullable String detail,
            boolean replay) {
        static FileView of(FileEntry file) {
            return new FileView(
                    file.claim(),
                    file.range().topic(),
                    file.range().partition(),
                    file.range().first(),
                    file.range().last(),
                    file.generation(),
                    file.version(),
                    wireName(file.status()),
                    file.target(),
                    file.objects(),
                    Terms.of(file.counts()),
                    file.counts().written(),
                    file.batchTime(),
                    file.claimedAt(),
                    file.committedAt(),
                    file.detail(),
                    file.replay());
        }

        private static String wireName(ClaimStatus status) {
            return status.name().toLowerCase(Locale.ROOT);
        }
    }

    /** The terms of {@code in = out + filtered + dead + parked}. */
    record Terms(long in, long out, long filtered, long dead, long parked) {
        static Terms of(Counts counts) {
            return new Terms(counts.in(), counts.out(), counts.filtered(), counts.dead(), counts.parked());
        }
    }

    record DeadLetterView(
            String topic,
            int partition,
            int generation,
            long offset,
            Instant timestamp,
            String reason,
            String detail,
            @Nullable String step,
            int version,
            @Nullable Bytes key,
            @Nullable Bytes value,
            List<HeaderView> headers,
            int attempts,
            Instant createdAt,
            @Nullable Instant replayedAt) {
        static DeadLetterView of(DeadLetterEntry entry) {
            return new DeadLetterView(
                    entry.topic(),
                    entry.partition(),
                    entry.generation(),
                    entry.letter().offset(),
                    entry.letter().timestamp(),
                    entry.letter().reason(),
                    entry.letter().detail(),
                    entry.letter().step(),
                    entry.letter().version(),
                    Bytes.of(entry.letter().key()),
                    Bytes.of(entry.letter().value()),
                    entry.letter().headers().stream()
                            .map(header -> new HeaderView(header.name(), Bytes.of(header.value())))
                            .toList(),
                    entry.attempts(),
                    entry.createdAt(),
                    entry.replayedAt());
        }
    }

    /**
     * @param rows what became of the letters; {@code dead} are dead letters again
     * @param refused letters that could not be sent as things are, and why; they are as they were
     */
    record Replayed(
            String id,
            String name,
            int version,
            long letters,
            Terms rows,
            long rowsWritten,
            long files,
            List<RefusedReplay> refused) {
        static Replayed of(Pipeline pipeline, ReplayOutcome outcome) {
            return new Replayed(
                    pipeline.id(),
                    pipeline.name(),
                    pipeline.version(),
                    outcome.letters(),
                    Terms.of(outcome.counts()),
                    outcome.counts().written(),
                    outcome.files(),
                    outcome.refused().stream()
                            .map(each -> new RefusedReplay(each.letters(), each.detail()))
                            .toList());
        }
    }

    record RefusedReplay(long letters, String reason) {}

    record LogView(Instant time, String level, String replica, String message, Map<String, Object> fields) {
        static LogView of(LogEntry entry) {
            return new LogView(
                    entry.time(), entry.level().wireName(), entry.replica(), entry.message(), entry.fields());
        }
    }

    record HeaderView(String name, @Nullable Bytes value) {}
}
