package dev.caravan.operation;

import dev.caravan.delivery.DeadLetterEntry;
import dev.caravan.delivery.DeadLetterQuery;
import dev.caravan.delivery.FileEntry;
import dev.caravan.delivery.FileQuery;
import dev.caravan.delivery.Ledger;
import dev.caravan.lifecycle.Lifecycle;
import dev.caravan.lifecycle.Offsets;
import dev.caravan.lifecycle.Replaying;
import dev.caravan.log.LogEntry;
import dev.caravan.log.PipelineLog;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.Pipelines;
import dev.caravan.problem.Violation;
import dev.caravan.route.PipelineRoutes;
import dev.caravan.web.Cursor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Does each operation by asking its owner, and gives the answer its shape. */
@Component
final class PipelineOperations implements Operation.Cases {
    private final Pipelines pipelines;
    private final Lifecycle lifecycle;
    private final Ledger ledger;
    private final Monitoring monitoring;
    private final IngestTargets targets;
    private final Ingestion ingestion;
    private final Replaying replaying;
    private final Previewing previewing;
    private final PipelineRoutes routes;
    private final PipelineLog log;
    private final Offsets offsets;

    PipelineOperations(
            Pipelines pipelines,
            Lifecycle lifecycle,
            Ledger ledger,
            Monitoring monitoring,
            IngestTargets targets,
            Ingestion ingestion,
            Replaying replaying,
            Previewing previewing,
            PipelineRoutes routes,
            PipelineLog log,
            Offsets offsets) {
        this.pipelines = pipelines;
        this.lifecycle = lifecycle;
        this.ledger = ledger;
        this.monitoring = monitoring;
        this.targets = targets;
        this.ingestion = ingestion;
        this.replaying = replaying;
        this.previewing = previewing;
        this.routes = routes;
        this.log = log;
        this.offsets = offsets;
    }

    @Override
    public Object create(Operation.Create operation, Call call) {
        return full(pipelines.create(call.project(), operation.document()));
    }

    @Override
    public Object validate(Operation.Validate operation, Call call) {
        List<Violation> violations = pipelines.validate(operation.document());
        return Map.of("valid", violations.isEmpty(), "violations", violations);
    }

    @Override
    public Object get(Operation.Get operation, Call call) {
        return full(find(operation.pipeline(), call));
    }

    @Override
    public Object list(Operation.ListPipelines operation, Call call) {
        List<Pipeline> found =
                pipelines.list(call.project(), Cursor.position(operation.cursor()), operation.limit() + 1);
        return page(
                found,
                operation.limit(),
                Pipeline::name,
                pipeline -> Views.Summary.of(pipeline, lifecycle.state(pipeline)));
    }

    @Override
    public Object delete(Operation.Delete operation, Call call) {
        Pipeline pipeline = pipelines.writable(call.project(), operation.pipeline());
        lifecycle.delete(pipeline, operation.force(), call.cause("delete"), call.timeout());
        pipelines.delete(call.project(), pipeline.id());
        return Map.of("id", pipeline.id(), "name", pipeline.name(), "deleted", true);
    }

    @Override
    public Object start(Operation.Start operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return Views.Moved.of(pipeline, lifecycle.start(pipeline, call.cause("start"), call.timeout()));
    }

    @Override
    public Object pause(Operation.Pause operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return Views.Moved.of(pipeline, lifecycle.pause(pipeline, call.cause("pause"), call.timeout()));
    }

    @Override
    public Object resume(Operation.Resume operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return Views.Moved.of(
                pipeline,
                lifecycle.resume(pipeline, operation.acceptDeadLetters(), call.cause("resume"), call.timeout()));
    }

    @Override
    public Object stop(Operation.Stop operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return Views.StoppedView.of(pipeline, lifecycle.stop(pipeline, call.cause("stop"), call.timeout()));
    }

    @Override
    public Object ingest(Operation.Ingest operation, Call call) {
        IngestTargets.Target target = targets.find(call.project(), operation.pipeline());
        CheckedEvents events = new EventReader(target.check(), operation.keyField()).nodes(operation.events());
        return ingestion.ingest(target.pipeline(), events, call.timeout());
    }

    @Override
    public Object update(Operation.Update operation, Call call) {
        Pipeline before = find(operation.pipeline(), call);
        operation.expected().check(before.version());
        Integer seen = operation.expected().version(before.version());
        return full(pipelines.update(call.project(), before.id(), operation.document(), seen));
    }

    @Override
    public Object route(Operation.Route operation, Call call) {
        return routes.yaml(pipelines.shown(find(operation.pipeline(), call)));
    }

    @Override
    public Object offsets(Operation.Offsets operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return OffsetsView.of(pipeline, offsets.of(pipeline));
    }

    @Override
    public Object resetOffsets(Operation.ResetOffsets operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return OffsetsView.of(
                pipeline, offsets.reset(pipeline, operation.to(), call.caller().keyId()));
    }

    @Override
    public Object transform(Operation.Transform operation, Call call) {
        Pipeline pipeline = pipelines.transform(call.project(), operation.pipeline(), operation.change());
        return Versioned.Transformed.of(
                pipeline,
                lifecycle.follow(pipeline, call.cause("transform"), call.timeout()),
                lifecycle.switches(pipeline, pipeline.version(), pipeline.version()));
    }

    @Override
    public Object versions(Operation.Versions operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        Long before = Cursor.number(operation.cursor());
        List<Pipeline> found = pipelines.versions(
                call.project(),
                pipeline.id(),
                before == null ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, before),
                operation.limit() + 1);
        Versioned.Ranges ranges = found.isEmpty()
                ? Versioned.Ranges.NONE
                : Versioned.Ranges.of(lifecycle.switches(
                        pipeline,
                        found.get(found.size() - 1).version(),
                        found.get(0).version()));
        return page(
                found,
                operation.limit(),
                version -> String.valueOf(version.version()),
                version -> Versioned.VersionView.of(version, pipeline, pipelines.document(version), ranges));
    }

    @Override
    public Object preview(Operation.PreviewSteps operation, Call call) {
        return previewing.show(operation, call);
    }

    @Override
    public Object logs(Operation.Logs operation, Call call) {
        List<LogEntry> found = log.read(
                find(operation.pipeline(), call).id(),
                operation.level(),
                Cursor.number(operation.cursor()),
                operation.limit() + 1);
        return page(found, operation.limit(), entry -> String.valueOf(entry.cursor()), Views.LogView::of);
    }

    @Override
    public Object monitor(Operation.Monitor operation, Call call) {
        return monitoring.of(find(operation.pipeline(), call), operation.window());
    }

    @Override
    public Object files(Operation.Files operation, Call call) {
        FileQuery query = new FileQuery(
                operation.topic(),
                operation.partition(),
                operation.offset(),
                Cursor.number(operation.cursor()),
                operation.limit() + 1);
        List<FileEntry> found = ledger.files(find(operation.pipeline(), call).id(), query);
        return page(found, operation.limit(), file -> String.valueOf(file.cursor()), Views.FileView::of);
    }

    @Override
    public Object deadLetters(Operation.DeadLetters operation, Call call) {
        DeadLetterQuery query = new DeadLetterQuery(
                operation.topic(),
                operation.partition(),
                operation.reason(),
                Cursor.number(operation.cursor()),
                operation.limit() + 1,
                operation.replayed());
        List<DeadLetterEntry> found =
                ledger.deadLetters(find(operation.pipeline(), call).id(), query);
        return page(found, operation.limit(), letter -> String.valueOf(letter.cursor()), Views.DeadLetterView::of);
    }

    @Override
    public Object replayDeadLetters(Operation.ReplayDeadLetters operation, Call call) {
        Pipeline pipeline = find(operation.pipeline(), call);
        return Views.Replayed.of(pipeline, replaying.replay(pipeline, operation.query(), call.timeout()));
    }

    private Pipeline find(String idOrName, Call call) {
        return pipelines.get(call.project(), idOrName);
    }

    private Views.Full full(Pipeline pipeline) {
        return Views.Full.of(pipeline, lifecycle.state(pipeline), pipelines.document(pipeline));
    }

    /** @param found one more than the page takes, when there is more */
    private static <T, V> Views.Page<V> page(
            List<T> found, int limit, Function<T, String> position, Function<T, V> view) {
        List<T> shown = found.size() > limit ? found.subList(0, limit) : found;
        String next = found.size() > limit ? Cursor.of(position.apply(shown.get(limit - 1))) : null;
        return new Views.Page<>(shown.stream().map(view).toList(), next);
    }
}
