package dev.caravan.pipeline;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the stored pipelines say what the files say. */
final class Provisioning {
    private static final int ATTEMPTS = 3;
    private static final Pattern NAME =
            Pattern.compile("(?m)^\\s*\"?name\"?\\s*:\\s*[\"']?([a-z0-9][a-z0-9-]{0,99})[\"']?\\s*,?\\s*$");

    private final String project;
    private final PipelineStore store;
    private final PipelineRules rules;
    private final PipelineChanges changes;
    private final Clock clock;

    Provisioning(String project, PipelineStore store, PipelineRules rules, PipelineChanges changes, Clock clock) {
        this.project = project;
        this.store = store;
        this.rules = rules;
        this.changes = changes;
        this.clock = clock;
    }

    /**
     * Stores what a file says: a new pipeline, a new version, or nothing when it says the same.
     *
     * @param others the other files that are there
     * @throws Problem when the text is no valid pipeline, or its name belongs to somebody else
     */
    Pipeline provision(String file, String text, Set<String> others) {
        PipelineDocument document = PipelineDocument.parse(text, file);
        PipelineSpec spec = rules.read(document);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Pipeline> stored = upsert(file, document, spec, others);
            if (stored.isPresent()) {
                releaseOthersOf(file, stored.get());
                return stored.get();
            }
        }
        throw new IllegalStateException("pipeline " + spec.name() + " is changed by others all the time");
    }

    /** Empty when another replica was faster; then it is to be looked at again. */
    private Optional<Pipeline> upsert(String file, PipelineDocument document, PipelineSpec spec, Set<String> others) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Optional<Pipeline> found = store.find(project, spec.name());
        if (found.isEmpty()) {
            Pipeline created = new Pipeline(PipelineChanges.newId(), project, 1, spec, true, file, now, now);
            return changes.insert(created) ? Optional.of(created) : Optional.empty();
        }
        Pipeline before = found.get();
        taken(before, file, others).ifPresent(fault -> {
            throw document.invalid(List.of(new Violation("/name", fault)));
        });
        Pipeline next = from(file, Pipelines.next(before, spec, now));
        return changes.provision(before, next) ? Optional.of(next) : Optional.empty();
    }

    private static Pipeline from(String file, Pipeline pipeline) {
        return new Pipeline(
                pipeline.id(),
                pipeline.project(),
                pipeline.version(),
                pipeline.spec(),
                true,
                file,
                pipeline.createdAt(),
                pipeline.updatedAt());
    }

    private static Optional<String> taken(Pipeline pipeline, String file, Set<String> others) {
        String source = pipeline.source();
        if (source == null) {
            return Optional.of("'" + pipeline.name()
                    + "' is taken by a pipeline that was created over REST: delete that one, or choose another name");
        }
        return pipeline.provisioned() && !source.equals(file) && others.contains(source)
                ? Optional.of("'" + pipeline.name() + "' is taken by the file " + source + ": choose another name")
                : Optional.empty();
    }

    /** A file that now says another name has left its former pipeline. */
    private void releaseOthersOf(String file, Pipeline kept) {
        store.provisioned().stream()
                .filter(pipeline -> Objects.equals(pipeline.source(), file)
                        && !pipeline.id().equals(kept.id()))
                .forEach(changes::unprovision);
    }

    /** Lets go of all provisioned pipelines whose file is not there; gives them back. */
    List<Pipeline> releaseAllBut(Set<String> files) {
        List<Pipeline> gone = store.provisioned().stream()
                .filter(pipeline -> !files.contains(String.valueOf(pipeline.source())))
                .toList();
        gone.forEach(changes::unprovision);
        return gone;
    }

    /** Tells that a file is not used. */
    void refused(String file, @Nullable String text, List<Violation> faults) {
        String name = store.provisioned().stream()
                .filter(pipeline -> file.equals(pipeline.source()))
                .map(Pipeline::name)
                .findFirst()
                .orElseGet(() -> name(file, text));
        changes.tell(new PipelineRefused(project, name, file, text != null, faults));
    }

    /** What the text calls its pipeline as far as that can be read, unless that is another one; else the file's own name. */
    private String name(String file, @Nullable String text) {
        Matcher written = NAME.matcher(text == null ? "" : text);
        String bare = file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
        int dot = bare.indexOf('.');
        String own = dot > 0 ? bare.substring(0, dot) : bare;
        return Stream.of(written.find() ? written.group(1) : own, own)
                .filter(name -> store.find(project, name).isEmpty())
                .findFirst()
                .orElse(file);
    }

    void present(Set<String> files) {
        changes.tell(new PipelineFilesRead(project, List.copyOf(files)));
    }

    /** Id of the pipeline that a file made earlier. */
    Optional<String> pipelineOf(String file) {
        return store.provisioned().stream()
                .filter(pipeline -> file.equals(pipeline.source()))
                .map(Pipeline::id)
                .findFirst();
    }
}
