package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.access.Scope;
import dev.caravan.delivery.ReplayQuery;
import dev.caravan.lifecycle.OffsetsWish;
import dev.caravan.log.LogLevel;
import dev.caravan.pipeline.Transformation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code POST /pipeline} can be asked to do; {@code pipeline} is always an id or a name. */
sealed interface Operation {
    /** The scope that a key needs for it. */
    default Scope scope() {
        return Scope.PIPELINES_READ;
    }

    /** Whether doing it twice comes to the same as doing it once. */
    default boolean repeatable() {
        return true;
    }

    /** Calls the case that this operation is. */
    Object on(Cases cases, Call call);

    /** Does each operation; answers its data. */
    interface Cases {
        Object create(Create operation, Call call);

        Object validate(Validate operation, Call call);

        Object get(Get operation, Call call);

        Object list(ListPipelines operation, Call call);

        Object delete(Delete operation, Call call);

        Object start(Start operation, Call call);

        Object pause(Pause operation, Call call);

        Object resume(Resume operation, Call call);

        Object stop(Stop operation, Call call);

        Object ingest(Ingest operation, Call call);

        Object update(Update operation, Call call);

        Object route(Route operation, Call call);

        Object offsets(Offsets operation, Call call);

        Object resetOffsets(ResetOffsets operation, Call call);

        Object transform(Transform operation, Call call);

        Object versions(Versions operation, Call call);

        Object logs(Logs operation, Call call);

        Object preview(PreviewSteps operation, Call call);

        Object monitor(Monitor operation, Call call);

        Object files(Files operation, Call call);

        Object deadLetters(DeadLetters operation, Call call);

        Object replayDeadLetters(ReplayDeadLetters operation, Call call);
    }

    /** An operation that changes something. */
    sealed interface Change extends Operation {
        @Override
        default Scope scope() {
            return Scope.PIPELINES_WRITE;
        }
    }

    record Create(ObjectNode document) implements Change {
        @Override
        public boolean repeatable() {
            return false;
        }

        @Override
        public Object on(Cases cases, Call call) {
            return cases.create(this, call);
        }
    }

    /** @param expected which versions the document may replace */
    record Update(String pipeline, ObjectNode document, IfMatch expected) implements Change {
        @Override
        public boolean repeatable() {
            return false;
        }

        @Override
        public Object on(Cases cases, Call call) {
            return cases.update(this, call);
        }
    }

    record Route(String pipeline) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.route(this, call);
        }
    }

    record Offsets(String pipeline) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.offsets(this, call);
        }
    }

    /** Each one begins another generation. */
    record ResetOffsets(String pipeline, OffsetsWish to) implements Change {
        @Override
        public boolean repeatable() {
            return false;
        }

        @Override
        public Object on(Cases cases, Call call) {
            return cases.resetOffsets(this, call);
        }
    }

    record Validate(ObjectNode document) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.validate(this, call);
        }
    }

    record Get(String pipeline) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.get(this, call);
        }
    }

    record ListPipelines(@Nullable String cursor, int limit) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.list(this, call);
        }
    }

    record Delete(String pipeline, boolean force) implements Change {
        @Override
        public boolean repeatable() {
            return false;
        }

        @Override
        public Object on(Cases cases, Call call) {
            return cases.delete(this, call);
        }
    }

    record Start(String pipeline) implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.start(this, call);
        }
    }

    record Pause(String pipeline) implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.pause(this, call);
        }
    }

    /** @param acceptDeadLetters whether what made the pipeline pause may become dead letters, however many */
    record Resume(String pipeline, boolean acceptDeadLetters) implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.resume(this, call);
        }
    }

    record Stop(String pipeline) implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.stop(this, call);
        }
    }

    /**
     * @param events in their order, not checked yet
     * @param keyField field of an event whose value becomes the message's key; null for messages without one
     */
    record Ingest(
            String pipeline,
            List<JsonNode> events,
            @Nullable String keyField) implements Change {
        public Ingest {
            events = List.copyOf(events);
        }

        @Override
        public boolean repeatable() {
            return false;
        }

        @Override
        public Object on(Cases cases, Call call) {
            return cases.ingest(this, call);
        }
    }

    /** Doing it again changes nothing more: the document says the same then. */
    record Transform(String pipeline, Transformation change) implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.transform(this, call);
        }
    }

    record Versions(String pipeline, @Nullable String cursor, int limit) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.versions(this, call);
        }
    }

    /** @param level the least that an entry matters */
    record Logs(String pipeline, LogLevel level, @Nullable String cursor, int limit) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.logs(this, call);
        }
    }

    /** @param window how far back the figures per second and the latencies look */
    record Monitor(String pipeline, Duration window) implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.monitor(this, call);
        }
    }

    /** @param offset only the file that holds it */
    record Files(
            String pipeline,
            @Nullable String topic,
            @Nullable Integer partition,
            @Nullable Long offset,
            @Nullable String cursor,
            int limit)
            implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.files(this, call);
        }
    }

    record DeadLetters(
            String pipeline,
            @Nullable String topic,
            @Nullable Integer partition,
            @Nullable String reason,
            boolean replayed,
            @Nullable String cursor,
            int limit)
            implements Operation {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.deadLetters(this, call);
        }
    }

    /** Doing it again finds nothing more to send, or what was left over. */
    record ReplayDeadLetters(String pipeline, ReplayQuery query) implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.replayDeadLetters(this, call);
        }
    }

    /**
     * Writes nothing, but runs a query of the caller's choice on the program's time: that takes the scope of those who may
     * run pipelines.
     *
     * @param pipeline id or name; null when there is a document
     * @param change to the pipeline's steps; null to take them as they are
     * @param messages to send through; null for the latest ones of the topic
     * @param limit rows shown of each step
     */
    record PreviewSteps(
            @Nullable String pipeline,
            @Nullable ObjectNode document,
            @Nullable Transformation change,
            @Nullable List<JsonNode> messages,
            int latest,
            int limit)
            implements Change {
        @Override
        public Object on(Cases cases, Call call) {
            return cases.preview(this, call);
        }
    }
}
