package dev.caravan.kill;

import dev.caravan.kill.Bucket.Downloaded;
import dev.caravan.kill.Bucket.Listed;
import dev.caravan.kill.FileRows.Row;
import dev.caravan.kill.LedgerRecords.File;
import dev.caravan.kill.LedgerRecords.Letter;
import dev.caravan.kill.LedgerRecords.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import javax.sql.DataSource;

/**
 * Says whether every message that was produced is exactly once in files, dead letters or what the query filters, by
 * listing the bucket and reading every object. Objects that an instance has read and that have not changed since are not
 * read again; a new instance reads all.
 */
final class Oracle {
    private static final int FILES_AT_ONCE = 500;

    private final Bucket bucket;
    private final LedgerRecords ledger;
    private final Map<String, Listed> read = new HashMap<>();
    private final Map<Integer, BitSet> inFiles = new HashMap<>();
    private long rows;

    Oracle(Bucket bucket, DataSource source, String topic) {
        this.bucket = bucket;
        this.ledger = new LedgerRecords(source, topic);
    }

    /** @param produced number of messages in each partition; nothing may be on its way any more */
    Verdict check(Map<Integer, Long> produced) {
        Violations violations = new Violations();
        SortedMap<String, Listed> listed = bucket.list();
        List<File> files = ledger.files();
        Accounts accounts = new Accounts(produced, violations);
        accounts.partitions(ledger.partitions(), files);
        accounts.ranges(files);
        accounts.objects(files, listed);
        files.stream().filter(File::committed).forEach(accounts::counts);
        readNew(listed, files, violations);
        Map<Integer, BitSet> dead = letters(produced, violations);
        produced.forEach((partition, end) -> offsets(partition, end, dead, violations));
        return new Verdict(
                violations.sentences(),
                produced.values().stream().mapToLong(Long::longValue).sum(),
                listed.size(),
                rows,
                files.stream().mapToLong(File::filtered).sum(),
                dead.values().stream().mapToLong(BitSet::cardinality).sum(),
                listed.values().stream().mapToLong(Listed::bytes).sum());
    }

    private void readNew(SortedMap<String, Listed> listed, List<File> files, Violations violations) {
        Map<String, File> claims = new HashMap<>();
        files.forEach(file -> file.keys().forEach(key -> claims.put(key, file)));
        List<Listed> unread = listed.values().stream()
                .filter(object -> !object.equals(read.get(object.key())))
                .toList();
        for (int from = 0; from < unread.size(); from += FILES_AT_ONCE) {
            List<Listed> some = unread.subList(from, Math.min(unread.size(), from + FILES_AT_ONCE));
            readSome(some, claims, violations);
            some.forEach(object -> read.put(object.key(), object));
        }
    }

    private void readSome(List<Listed> objects, Map<String, File> claims, Violations violations) {
        Path directory = null;
        try (FileRows reader = new FileRows()) {
            directory = Files.createTempDirectory("oracle");
            List<Downloaded> files = new ArrayList<>();
            for (Listed object : objects) {
                String name = object.key().substring(object.key().lastIndexOf('/') + 1);
                files.add(bucket.download(object.key(), directory.resolve(files.size() + "-" + name)));
            }
            Map<String, long[]> found = new HashMap<>();
            reader.read(
                    files,
                    (file, row) -> {
                        found.computeIfAbsent(file.key(), key -> new long[1])[0]++;
                        row(file, row, claims.get(file.key()), violations);
                    },
                    (file, error) -> violations.add("object %s cannot be read: %s", file.key(), error));
            files.forEach(file ->
                    object(file, claims.get(file.key()), found.getOrDefault(file.key(), new long[1])[0], violations));
            footers(reader, files, claims, violations);
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            delete(directory);
        }
    }

    private void row(Downloaded file, Row row, File claim, Violations violations) {
        rows++;
        boolean right = row.seq() == row.offset()
                && row.crc() == Workload.crc(row.partition(), row.offset())
                && (claim == null
                        || (claim.partition() == row.partition()
                                && claim.first() <= row.offset()
                                && row.offset() <= claim.last()));
        if (!right) {
            violations.add("object %s has a row that is not of its range, or not as produced: %s", file.key(), row);
        }
        BitSet seen = inFiles.computeIfAbsent(row.partition(), partition -> new BitSet());
        if (row.offset() < 0 || seen.get(Math.toIntExact(row.offset()))) {
            violations.add("partition %d, offset %d a second time, in %s", row.partition(), row.offset(), file.key());
        } else {
            seen.set(Math.toIntExact(row.offset()));
        }
    }

    /** O3, what the listing does not tell: the bytes, the number of rows, and what the object says of itself. */
    private static void object(Downloaded file, File claim, long rows, Violations violations) {
        if (claim == null) {
            return;
        }
        for (Recorded recorded : claim.objects()) {
            if (recorded.key().equals(file.key())
                    && (recorded.bytes() != file.bytes()
                            || recorded.rows() != rows
                            || !recorded.sha256().equals(file.sha256()))) {
                violations.add(
                        "object %s has %d bytes, %d rows, sha256 %s; recorded %s",
                        file.key(), file.bytes(), rows, file.sha256(), recorded);
            }
        }
        Map<String, String> expected = Map.of(
                "claim-id", claim.claim(),
                "pipeline", claim.pipeline(),
                "version", Integer.toString(claim.version()),
                "first-offset", Long.toString(claim.first()),
                "last-offset", Long.toString(claim.last()));
        if (!file.metadata().entrySet().containsAll(expected.entrySet())) {
            violations.add("object %s says of itself %s, must be %s", file.key(), file.metadata(), expected);
        }
    }

    /** A Parquet file has a place for what it is, so it says it also without the store. */
    private static void footers(
            FileRows reader, List<Downloaded> files, Map<String, File> claims, Violations violations) {
        List<Downloaded> parquet =
                files.stream().filter(file -> file.key().endsWith(".parquet")).toList();
        Map<String, Map<String, String>> footers = reader.parquetMetadata(parquet);
        for (Downloaded file : parquet) {
            File claim = claims.get(file.key());
            Map<String, String> footer = footers.getOrDefault(file.file().toString(), Map.of());
            if (claim != null && !footer.entrySet().containsAll(footer(claim).entrySet())) {
                violations.add("file %s says of itself %s, must be %s", file.key(), footer, footer(claim));
            }
        }
    }

    private static Map<String, String> footer(File claim) {
        return Map.of(
                "caravan.pipeline", claim.pipeline(),
                "caravan.version", Integer.toString(claim.version()),
                "caravan.partition", Integer.toString(claim.partition()),
                "caravan.first_offset", Long.toString(claim.first()),
                "caravan.last_offset", Long.toString(claim.last()));
    }

    private Map<Integer, BitSet> letters(Map<Integer, Long> produced, Violations violations) {
        Map<Integer, BitSet> dead = new HashMap<>();
        produced.keySet()
                .forEach(partition -> ledger.letters(partition, letter -> {
                    dead.computeIfAbsent(partition, any -> new BitSet()).set(Math.toIntExact(letter.offset()));
                    letter(letter, violations);
                }));
        return dead;
    }

    private static void letter(Letter letter, Violations violations) {
        if (letter.reason() == null || letter.reason().isBlank()) {
            violations.add("dead letter without a reason: %s", letter);
        }
        if (!Arrays.equals(letter.value(), Workload.value(letter.partition(), letter.offset()))) {
            violations.add(
                    "dead letter of partition %d, offset %d has not the original bytes",
                    letter.partition(), letter.offset());
        }
    }

    /** O1. */
    private void offsets(int partition, long end, Map<Integer, BitSet> letters, Violations violations) {
        BitSet files = inFiles.getOrDefault(partition, new BitSet());
        BitSet dead = letters.getOrDefault(partition, new BitSet());
        for (int offset = 0; offset < end; offset++) {
            boolean inFile = files.get(offset);
            boolean isDead = dead.get(offset);
            Workload.Kind kind = Workload.kind(partition, offset);
            if (inFile && isDead) {
                violations.offset("in a file and a dead letter", partition, offset);
            } else if (inFile && kind != Workload.Kind.ARRIVES) {
                violations.offset("in a file, but " + kind, partition, offset);
            } else if (isDead && kind != Workload.Kind.BAD) {
                violations.offset("a dead letter, but " + kind, partition, offset);
            } else if (!inFile && !isDead && kind != Workload.Kind.FILTERED) {
                violations.offset("lost, " + kind, partition, offset);
            }
        }
        if (files.length() > end || dead.length() > end) {
            violations.add(
                    "partition %d has offsets up to %d, produced were %d",
                    partition, Math.max(files.length(), dead.length()), end);
        }
    }

    private static void delete(Path directory) {
        if (directory != null) {
            try (var files = Files.walk(directory)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
