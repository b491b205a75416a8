package dev.caravan.kill;

import dev.caravan.kill.Bucket.Listed;
import dev.caravan.kill.LedgerRecords.File;
import dev.caravan.kill.LedgerRecords.Partition;
import dev.caravan.kill.LedgerRecords.Recorded;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds the ledger against what was produced and against the listing of the bucket. */
final class Accounts {
    private final Map<Integer, Long> produced;
    private final Violations violations;

    Accounts(Map<Integer, Long> produced, Violations violations) {
        this.produced = produced;
        this.violations = violations;
    }

    /** One pipeline; every partition read to its end; its sums are those of its files. */
    void partitions(List<Partition> partitions, List<File> files) {
        Set<String> pipelines = partitions.stream().map(Partition::pipeline).collect(Collectors.toSet());
        if (pipelines.size() > 1) {
            violations.add("several pipelines read the topic: %s", pipelines);
        }
        Map<Integer, Partition> known =
                partitions.stream().collect(Collectors.toMap(Partition::partition, each -> each, (a, b) -> a));
        produced.forEach((partition, end) -> {
            Partition found = known.get(partition);
            if (found == null) {
                violations.add("partition %d is not in the ledger", partition);
            } else if (!end.equals(found.next())) {
                violations.add("partition %d: next offset is %d, produced were %d", partition, found.next(), end);
            }
        });
        partitions.forEach(each -> sums(
                each,
                files.stream()
                        .filter(file -> file.partition() == each.partition() && file.committed())
                        .toList()));
    }

    private void sums(Partition partition, List<File> files) {
        Partition summed = new Partition(
                partition.pipeline(),
                partition.partition(),
                partition.next(),
                files.stream().mapToLong(file -> file.keys().size()).sum(),
                files.stream().mapToLong(File::in).sum(),
                files.stream().mapToLong(File::out).sum(),
                files.stream().mapToLong(File::filtered).sum(),
                files.stream().mapToLong(File::dead).sum(),
                files.stream().mapToLong(File::written).sum(),
                files.stream().mapToLong(File::bytes).sum());
        if (!summed.equals(partition)) {
            violations.add(
                    "sums of partition %d are %s, its files come to %s", partition.partition(), partition, summed);
        }
    }

    /** O2: contiguous from 0 to the end, without overlap, all COMMITTED. */
    void ranges(List<File> files) {
        Map<Integer, List<File>> byPartition = files.stream().collect(Collectors.groupingBy(File::partition));
        produced.forEach((partition, end) -> {
            long next = 0;
            for (File file : byPartition.getOrDefault(partition, List.of())) {
                if (file.first() != next) {
                    violations.add(
                            "ranges of partition %d %s: %s comes after offset %d",
                            partition, file.first() > next ? "have a gap" : "overlap", file, next - 1);
                }
                if (!file.committed()) {
                    violations.add("left behind: %s with objects %s", file, file.keys());
                }
                next = file.last() + 1;
            }
            if (next != end) {
                violations.add("ranges of partition %d end before offset %d, produced were %d", partition, next, end);
            }
        });
    }

    /** O5: what a range came to is what its messages must come to. */
    void counts(File file) {
        long arrives = 0;
        long filtered = 0;
        long bad = 0;
        for (long offset = file.first(); offset <= file.last(); offset++) {
            switch (Workload.kind(file.partition(), offset)) {
                case ARRIVES -> arrives++;
                case FILTERED -> filtered++;
                case BAD -> bad++;
            }
        }
        long all = file.last() - file.first() + 1;
        boolean right = file.in() == all
                && file.out() == arrives
                && file.filtered() == filtered
                && file.dead() == bad
                && file.written() == arrives
                && file.in() == file.out() + file.filtered() + file.dead();
        if (!right) {
            violations.add(
                    "%s has in=%d out=%d filtered=%d dead=%d written=%d, must be in=%d out=%d filtered=%d dead=%d",
                    file,
                    file.in(),
                    file.out(),
                    file.filtered(),
                    file.dead(),
                    file.written(),
                    all,
                    arrives,
                    filtered,
                    bad);
        }
    }

    /** O3 and O4, as far as the listing tells: the objects of the claims are there, and no others. */
    void objects(List<File> files, Map<String, Listed> listed) {
        Set<String> claimed = new HashSet<>();
        for (File file : files) {
            List<String> recorded = file.objects().stream().map(Recorded::key).toList();
            if (file.committed() && !recorded.equals(file.keys())) {
                violations.add("%s decided on objects %s and has %s", file, file.keys(), recorded);
            }
            for (String key : file.keys()) {
                if (!claimed.add(key)) {
                    violations.add("object %s belongs to two claims, one is %s", key, file);
                }
            }
            if (file.objects().stream().mapToLong(Recorded::bytes).sum() != file.bytes()
                    || file.objects().stream().mapToLong(Recorded::rows).sum() != file.written()) {
                violations.add("%s does not add up to its objects %s", file, file.objects());
            }
            file.objects().forEach(object -> listed(file, object, listed.get(object.key())));
        }
        listed.keySet().stream()
                .filter(key -> !claimed.contains(key))
                .forEach(key -> violations.add("object without a claim: %s", key));
    }

    private void listed(File file, Recorded object, Listed found) {
        if (found == null) {
            violations.add("object is gone: %s of %s", object.key(), file);
        } else if (found.bytes() != object.bytes() || !found.etag().equals(object.etag())) {
            violations.add(
                    "object %s of %s is not the one recorded: %s, recorded %s", object.key(), file, found, object);
        }
    }
}
