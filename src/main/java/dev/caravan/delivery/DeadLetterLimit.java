package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Tells a few bad messages, which become dead letters, from a wrong schema or query, which would turn a whole topic into
 * dead letters: that is for a person to decide.
 */
final class DeadLetterLimit {
    private static final int PERCENT = 5;
    private static final int FROM_MESSAGES = 10_000;
    private static final int EXAMPLES = 3;

    private DeadLetterLimit() {}

    /** @param dead the batch's dead messages by line, one for each line at most */
    static void check(Batch batch, Collection<DeadMessage> dead) {
        int all = batch.spool().size();
        boolean tooMany = dead.size() == all || (all >= FROM_MESSAGES && dead.size() * 100L > (long) all * PERCENT);
        if (tooMany && !batch.deadAccepted()) {
            throw BatchException.pause("too_many_dead_letters", sentence(batch, dead));
        }
    }

    private static String sentence(Batch batch, Collection<DeadMessage> dead) {
        Map<String, Long> reasons =
                dead.stream().collect(Collectors.groupingBy(DeadMessage::reason, TreeMap::new, Collectors.counting()));
        String reason = reasons.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("unknown");
        DeadMessage example = dead.stream()
                .filter(message -> message.reason().equals(reason))
                .min(Comparator.comparingInt(DeadMessage::line))
                .orElseThrow();
        String offsets = dead.stream()
                .limit(EXAMPLES)
                .map(message -> Long.toString(batch.spool().offset(message.line())))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%,d of the %,d messages of %s cannot be processed, most often for %s (%s), for example at offset %s%s. "
                        + "Correct the schema or the query and resume, or accept that this range becomes dead letters.",
                dead.size(),
                batch.spool().size(),
                batch.range(),
                reason,
                example.detail(),
                offsets,
                dead.size() > EXAMPLES ? ", …" : "");
    }
}
