package dev.caravan.pipeline;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pipelines from files: read at the start and, when wanted, again as soon as a file changes. A broken file stops
 * nothing: its faults are logged with file, line and column and kept for those who ask; the pipeline that an earlier
 * text made stays as it is. The pipeline of a file that is removed stays stored, but stopped and no longer provisioned.
 */
public final class ProvisionedPipelines implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProvisionedPipelines.class);
    private static final long SECONDS_BETWEEN_LOOKS = 1;

    private final PipelineFiles files;
    private final Provisioning provisioning;
    private final boolean reload;
    private final Map<String, String> seen = new HashMap<>();
    private final Map<String, ProvisionedFile> results = new ConcurrentSkipListMap<>();
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "pipeline-files");
        thread.setDaemon(true);
        return thread;
    });
    private boolean lookedBefore;
    private @Nullable String trouble;

    ProvisionedPipelines(PipelineFiles files, Provisioning provisioning, boolean reload) {
        this.files = files;
        this.provisioning = provisioning;
        this.reload = reload;
    }

    /** Starts to look; the files are read in the background, again and again while the database is away. */
    void start() {
        var unused = looks.scheduleWithFixedDelay(this::lookQuietly, 0, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
    }

    /** What became of each file, by name. */
    public List<ProvisionedFile> files() {
        return List.copyOf(results.values());
    }

    private void lookQuietly() {
        try {
            look();
            trouble = null;
            if (!reload) {
                looks.shutdown();
            }
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(trouble)) {
                LOG.warn("The pipeline files are not all read, next try in a second: {}", message);
                trouble = message;
            }
        }
    }

    /** Reads the files that have changed since the last look. */
    void look() {
        Map<String, String> stamps = files.stamps();
        Set<String> gone = new HashSet<>(seen.keySet());
        gone.removeAll(stamps.keySet());
        if (!lookedBefore || !gone.isEmpty()) {
            for (Pipeline pipeline : provisioning.releaseAllBut(stamps.keySet())) {
                LOG.info("{} is gone: pipeline {} is stopped and stays stored", pipeline.source(), pipeline.name());
            }
            seen.keySet().removeAll(gone);
            results.keySet().removeAll(gone);
            provisioning.present(stamps.keySet());
            lookedBefore = true;
        }
        List<String> changed = new ArrayList<>();
        stamps.forEach((file, stamp) -> {
            if (!stamp.equals(seen.get(file))) {
                changed.add(file);
            }
        });
        for (String file : changed) {
            read(file, stamps.keySet());
            seen.put(file, String.valueOf(stamps.get(file)));
        }
    }

    private void read(String file, Set<String> all) {
        Set<String> others = new HashSet<>(all);
        others.remove(file);
        String text = null;
        try {
            text = files.read(file);
            Pipeline pipeline = provisioning.provision(file, text, others);
            results.put(file, new ProvisionedFile(file, pipeline.id(), List.of()));
            LOG.info("{}: pipeline {} is at version {}", file, pipeline.name(), pipeline.version());
        } catch (Problem problem) {
            List<Violation> faults = problem.violations();
            refuse(file, text, faults.isEmpty() ? List.of(new Violation("", problem.detail())) : faults);
        } catch (CharacterCodingException e) {
            refuse(file, text, List.of(new Violation("", "the file is not UTF-8")));
        } catch (IOException e) {
            refuse(file, text, List.of(new Violation("", "the file cannot be read: " + e.getMessage())));
        }
    }

    private void refuse(String file, @Nullable String text, List<Violation> faults) {
        provisioning.refused(file, text, faults);
        results.put(
                file, new ProvisionedFile(file, provisioning.pipelineOf(file).orElse(null), faults));
        faults.forEach(fault -> LOG.error("{}", line(file, fault)));
    }

    /** {@code orders.yaml:6:5 /steps/0/lable: unknown field …}: editors and terminals make a link of its start. */
    static String line(String file, Violation fault) {
        return fault.line() == null ? file + " " + fault : file + ":" + fault;
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
