package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be done with the pipelines of a project. All changes go through the same rules and announce themselves. */
public final class Pipelines {
    private static final int TRANSFORM_TRIES = 5;

    private final PipelineStore store;
    private final PipelineRules rules;
    private final PipelineChanges changes;
    private final Secrets secrets;
    private final Clock clock;

    Pipelines(PipelineStore store, PipelineRules rules, PipelineChanges changes, Secrets secrets, Clock clock) {
        this.store = store;
        this.rules = rules;
        this.changes = changes;
        this.secrets = secrets;
        this.clock = clock;
    }

    /** @throws Problem {@code pipeline.invalid} with all violations, {@code pipeline.name_taken} */
    public Pipeline create(String project, JsonNode document) {
        return create(project, PipelineDocument.of(document));
    }

    /** @throws Problem {@code pipeline.invalid} with all violations, {@code pipeline.name_taken} */
    public Pipeline create(String project, PipelineDocument document) {
        PipelineSpec spec = rules.read(document);
        Instant now = now();
        Pipeline pipeline = new Pipeline(PipelineChanges.newId(), project, 1, spec, false, null, now, now);
        if (!changes.insert(pipeline)) {
            throw new Problem(
                    PipelineReason.NAME_TAKEN,
                    "there is a pipeline '" + spec.name() + "' already: choose another name, or update that one",
                    List.of(new Violation("/name", "'" + spec.name() + "' is taken")));
        }
        return pipeline;
    }

    /** Everything that is wrong with a document; empty when it could be created. Stores nothing. */
    public List<Violation> validate(JsonNode document) {
        return validate(PipelineDocument.of(document));
    }

    /** Everything that is wrong with a document; empty when it could be created. Stores nothing. */
    public List<Violation> validate(PipelineDocument document) {
        try {
            rules.read(document);
            return List.of();
        } catch (Problem problem) {
            List<Violation> violations = problem.violations();
            return violations.isEmpty() ? List.of(new Violation("", problem.detail())) : violations;
        }
    }

    /** @throws Problem {@code pipeline.not_found}, also for a pipeline of another project */
    public Pipeline get(String project, String idOrName) {
        return store.find(project, idOrName)
                .orElseThrow(
                        () -> new Problem(PipelineReason.NOT_FOUND, "there is no pipeline '" + idOrName + "' here"));
    }

    /**
     * By name.
     *
     * @param after the name of the last one that is known already; null for the first page
     */
    public List<Pipeline> list(String project, @Nullable String after, int limit) {
        return store.list(project, after, limit);
    }

    /** @throws Problem {@code pipeline.not_found}, {@code pipeline.version_not_found} */
    public Pipeline version(String project, String idOrName, int version) {
        return store.version(get(project, idOrName).id(), version);
    }

    /** Versions before {@code before}, newest first, at most {@code limit}. */
    public List<Pipeline> versions(String project, String idOrName, int before, int limit) {
        return store.versions(get(project, idOrName).id(), before, limit);
    }

    /**
     * Stores a new version with other steps; one that says the same as the current one changes nothing.
     *
     * @throws Problem like {@link #update}, and {@code pipeline.version_not_found}
     */
    public Pipeline transform(String project, String idOrName, Transformation change) {
        for (int tries = TRANSFORM_TRIES; ; tries--) {
            Pipeline before = writable(project, idOrName);
            ObjectNode document = change.apply(
                    SpecJson.write(before.spec()),
                    version ->
                            SpecJson.write(store.version(before.id(), version).spec()));
            try {
                return update(project, before.id(), document, before.version());
            } catch (Problem problem) {
                // somebody else was faster: the change applies to what that one has stored
                if (problem.reason() != PipelineReason.CHANGED_MEANWHILE || tries == 1) {
                    throw problem;
                }
            }
        }
    }

    /**
     * Stores a new version; a document that says the same as the current one changes nothing.
     *
     * @param expected the version that the caller has seen; null for whichever is current
     * @throws Problem {@code pipeline.not_found}, {@code pipeline.provisioned}, {@code pipeline.changed_meanwhile},
     *     {@code pipeline.invalid}
     */
    public Pipeline update(String project, String idOrName, JsonNode document, @Nullable Integer expected) {
        Pipeline before = writable(project, idOrName);
        if (expected != null && expected != before.version()) {
            throw changedMeanwhile(before);
        }
        PipelineDocument read = PipelineDocument.of(secrets.restore(document, before.spec()));
        PipelineSpec spec = rules.read(read);
        if (!spec.name().equals(before.name())) {
            throw read.invalid(List.of(new Violation(
                    "/name", "a pipeline keeps its name: write '" + before.name() + "', or create a new pipeline")));
        }
        Pipeline next = next(before, spec, now());
        if (next.version() != before.version() && !changes.addVersion(next)) {
            throw changedMeanwhile(before);
        }
        return next;
    }

    /**
     * What a pipeline would be, checked like a new version but not stored.
     *
     * @param change null for the pipeline as it is
     */
    public Pipeline draft(String project, String idOrName, @Nullable Transformation change) {
        Pipeline before = get(project, idOrName);
        if (change == null) {
            return before;
        }
        JsonNode document = change.apply(
                SpecJson.write(before.spec()),
                version -> SpecJson.write(store.version(before.id(), version).spec()));
        PipelineSpec spec = rules.read(PipelineDocument.of(secrets.restore(document, before.spec())));
        return next(before, spec, now());
    }

    /** A pipeline that a document would make, checked but not stored. */
    public Pipeline draft(String project, JsonNode document) {
        Instant now = now();
        PipelineSpec spec = rules.read(PipelineDocument.of(document));
        return new Pipeline("pl_draft", project, 1, spec, false, null, now, now);
    }

    /** The pipeline itself when the document says nothing new. */
    static Pipeline next(Pipeline before, PipelineSpec spec, Instant now) {
        boolean same = SpecJson.text(SpecJson.write(spec)).equals(SpecJson.text(SpecJson.write(before.spec())));
        return same
                ? before
                : new Pipeline(
                        before.id(),
                        before.project(),
                        before.version() + 1,
                        spec,
                        before.provisioned(),
                        before.source(),
                        before.createdAt(),
                        now);
    }

    /** @throws Problem {@code pipeline.not_found}, {@code pipeline.provisioned} */
    public void delete(String project, String idOrName) {
        changes.delete(writable(project, idOrName));
    }

    /** The pipeline, when it can be changed over REST; to be asked before anything else of it is touched. */
    public Pipeline writable(String project, String idOrName) {
        Pipeline pipeline = get(project, idOrName);
        if (pipeline.provisioned()) {
            throw new Problem(
                    PipelineReason.PROVISIONED,
                    "pipeline '" + pipeline.name() + "' comes from the file " + pipeline.source()
                            + ": change or remove that file");
        }
        return pipeline;
    }

    /** The pipeline as a reader may see it: {@code ***} for secrets. */
    public Pipeline shown(Pipeline pipeline) {
        return new Pipeline(
                pipeline.id(),
                pipeline.project(),
                pipeline.version(),
                SpecJson.read(secrets.hide(pipeline.spec())),
                pipeline.provisioned(),
                pipeline.source(),
                pipeline.createdAt(),
                pipeline.updatedAt());
    }

    /** The document as a reader may see it: defaults written out, {@code ***} for secrets. */
    public JsonNode document(Pipeline pipeline) {
        return secrets.hide(pipeline.spec());
    }

    private static Problem changedMeanwhile(Pipeline pipeline) {
        return new Problem(
                PipelineReason.CHANGED_MEANWHILE,
                "pipeline '" + pipeline.name() + "' has been changed by somebody else: read it again");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
