package dev.caravan.kill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects what is wrong; neighbouring offsets with the same fault become one sentence. */
final class Violations {
    private static final int MOST = 40;

    private final List<String> sentences = new ArrayList<>();
    private int more;
    private Run run = new Run("", -1, -1, -1);

    private record Run(String fault, int partition, long first, long last) {}

    void add(String format, Object... values) {
        if (sentences.size() < MOST) {
            sentences.add(String.format(Locale.ROOT, format, values));
        } else {
            more++;
        }
    }

    /** Call it in ascending order of offsets. */
    void offset(String fault, int partition, long offset) {
        if (run.fault.equals(fault) && run.partition == partition && run.last + 1 == offset) {
            run = new Run(fault, partition, run.first, offset);
        } else {
            endRun();
            run = new Run(fault, partition, offset, offset);
        }
    }

    private void endRun() {
        if (run.partition >= 0) {
            add("partition %d, offsets %d..%d: %s", run.partition, run.first, run.last, run.fault);
        }
        run = new Run("", -1, -1, -1);
    }

    List<String> sentences() {
        endRun();
        List<String> all = new ArrayList<>(sentences);
        if (more > 0) {
            all.add("… and " + more + " more");
        }
        return all;
    }
}
