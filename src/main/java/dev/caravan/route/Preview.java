package dev.caravan.route;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a preview has shown: the messages as they are read, then what each step made of them. */
public final class Preview {
    private final int limit;
    private final List<StepRows> steps = new ArrayList<>();
    private @Nullable Failure failure;
    private int at;
    private long rowsBefore;
    private Set<Integer> deadBefore = Set.of();

    /**
     * The rows behind a step.
     *
     * @param index of the step; -1 for the messages as they are read
     * @param columns types by name
     * @param rows the first ones as JSON objects
     */
    public static final class StepRows {
        public final int index;
        public final Map<String, String> columns = new LinkedHashMap<>();
        public final List<byte[]> rows = new ArrayList<>();
        public final List<Dead> dead = new ArrayList<>();
        public long rowsIn;
        public long rowsOut;

        StepRows(int index) {
            this.index = index;
        }
    }

    /** A message that a step cannot process. */
    public record Dead(int partition, long offset, String reason, String detail) {}

    /** Why a preview ends before the last step. */
    public record Failure(String reason, String detail) {}

    Preview(int limit) {
        this.limit = limit;
    }

    public List<StepRows> steps() {
        return List.copyOf(steps);
    }

    /** Why it ended before the last step; null when it did not. */
    public @Nullable Failure failure() {
        return failure;
    }

    void failed(BatchException cause, SecretValues secrets) {
        failure = new Failure(cause.reason(), secrets.hiddenIn(cause.detail()));
    }

    void begin(int messages) {
        at = 0;
        rowsBefore = messages;
        deadBefore = Set.of();
    }

    /** The batch has come behind the next step. */
    void look(dev.caravan.batch.Batch batch) {
        int shown = at < steps.size() ? steps.get(at).rows.size() : 0;
        var sample = batch.rows().sample(limit - Math.min(limit, shown));
        if (at == steps.size()) {
            steps.add(new StepRows(at - 1));
        }
        StepRows step = steps.get(at++);
        sample.columns().forEach(step.columns::putIfAbsent);
        step.rows.addAll(sample.shown());
        step.rowsIn += rowsBefore;
        step.rowsOut += sample.rows();
        Set<Integer> dead = new HashSet<>(deadBefore);
        List<DeadMessage> all = new ArrayList<>(sample.dead());
        all.addAll(batch.spool().dead());
        for (DeadMessage message : all) {
            if (dead.add(message.line())) {
                step.dead.add(new Dead(
                        batch.range().partition(),
                        batch.spool().offset(message.line()),
                        message.reason(),
                        message.detail()));
            }
        }
        rowsBefore = sample.rows();
        deadBefore = dead;
    }
}
