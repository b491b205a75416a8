package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The ledger without a database, for tests of what is built on it. Held to the same contract. */
public final class InMemoryLedger implements Ledger {
    private final Map<String, Held> partitions = new TreeMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<DeadLetterEntry> letters = new ArrayList<>();
    private final Map<Long, String> letterPipelines = new TreeMap<>();
    private final Map<String, Integer> current = new TreeMap<>();
    private final List<Map.Entry<PartitionKey, VersionSwitch>> switches = new ArrayList<>();
    private final List<BatchCommitted> published = new ArrayList<>();
    private final Clock clock;
    private long epochs;
    private long sequence;

    public InMemoryLedger(Clock clock) {
        this.clock = clock;
    }

    public synchronized List<BatchCommitted> published() {
        return List.copyOf(published);
    }

    @Override
    public synchronized Ownership own(PartitionKey key, String owner, @Nullable String topicId) {
        Held held = partitions.computeIfAbsent(key.toString(), name -> new Held(key));
        if (held.topicId != null && topicId != null && !held.topicId.equals(topicId)) {
            throw BatchException.pause("topic_recreated", "another topic");
        }
        held.topicId = held.topicId == null ? topicId : held.topicId;
        held.owner = owner;
        held.epoch = ++epochs;
        List<Row> unfinished = rows(row -> row.of(key) && row.status == ClaimStatus.CLAIMED);
        unfinished.forEach(row -> row.epoch = held.epoch);
        return new Ownership(
                held.epoch,
                1,
                held.position(),
                unfinished.stream()
                        .map(Row::claim)
                        .sorted(Comparator.comparingLong(claim -> claim.range().first()))
                        .toList());
    }

    @Override
    public synchronized void pass(PartitionKey key, long epoch, long from, long to) {
        Held held = held(key);
        held.require(epoch);
        if (held.next != null && held.next == from && to > from) {
            held.next = to;
        }
    }

    @Override
    public synchronized void begin(PartitionKey key, long epoch, long offset) {
        Held held = held(key);
        held.require(epoch);
        if (held.next == null) {
            held.next = offset;
        }
    }

    @Override
    public synchronized Claim claim(ClaimRequest request) {
        PartitionKey key = new PartitionKey(
                request.pipeline(), request.range().topic(), request.range().partition());
        Held held = held(key);
        List<Row> same = rows(row -> row.of(key) && row.request.range().equals(request.range()));
        if (!same.isEmpty()) {
            return again(same.get(0), held, request);
        }
        held.require(request.epoch());
        if (held.next == null || held.next != request.range().first()) {
            throw BatchException.fenced("not the position");
        }
        if (request.version() != current.getOrDefault(request.pipeline(), request.version())) {
            throw BatchException.superseded("another version");
        }
        start(held, request.version(), request.range().first());
        held.next = request.range().last() + 1;
        Row row = new Row(++sequence, request, clock.instant());
        rows.add(row);
        return row.claim();
    }

    private void start(Held held, int version, long offset) {
        if (held.version != version) {
            held.version = version;
            switches.add(Map.entry(
                    held.key,
                    new VersionSwitch(
                            held.key.topic(), held.key.partition(), 1, version, offset, null, clock.instant())));
        }
    }

    @Override
    public synchronized void switchTo(String pipeline, int version) {
        current.put(pipeline, version);
        partitions.values().stream()
                .filter(held -> held.key.pipeline().equals(pipeline) && held.next != null)
                .forEach(held -> start(held, version, held.position().getAsLong()));
    }

    @Override
    public synchronized List<VersionSwitch> switches(String pipeline, int first, int last) {
        List<VersionSwitch> found = new ArrayList<>();
        for (int i = 0; i < switches.size(); i++) {
            PartitionKey key = switches.get(i).getKey();
            VersionSwitch at = switches.get(i).getValue();
            if (key.pipeline().equals(pipeline) && at.version() >= first && at.version() <= last) {
                Long next = switches.stream()
                        .skip(i + 1)
                        .filter(later -> later.getKey().equals(key))
                        .findFirst()
                        .map(later -> later.getValue().firstOffset())
                        .orElse(null);
                found.add(new VersionSwitch(
                        at.topic(), at.partition(), 1, at.version(), at.firstOffset(), next, at.at()));
            }
        }
        return found.stream()
                .sorted(Comparator.comparing(VersionSwitch::topic).thenComparing(VersionSwitch::partition))
                .toList();
    }

    private static Claim again(Row row, Held held, ClaimRequest request) {
        if (row.status == ClaimStatus.DEAD) {
            throw BatchException.fenced("given up");
        }
        if (row.status == ClaimStatus.CLAIMED) {
            held.require(request.epoch());
        }
        if (!row.request.target().equals(request.target())) {
            throw BatchException.pause("second_target", "another target");
        }
        return row.claim();
    }

    @Override
    public synchronized Claim replaceObjects(Claim claim, List<String> objectKeys, Runnable removal) {
        Row row = open(claim);
        removal.run();
        row.keys = List.copyOf(objectKeys);
        return row.claim();
    }

    @Override
    public synchronized boolean commit(Claim claim, Committed result) {
        if (!rows(row -> row.id.equals(claim.id()) && row.status == ClaimStatus.COMMITTED)
                .isEmpty()) {
            return false;
        }
        Row row = open(claim);
        result.alongside().run();
        row.status = ClaimStatus.COMMITTED;
        row.committed = clock.instant();
        row.result = new Committed(result.counts(), result.objects(), result.bytesIn(), List.of());
        result.deadLetters().forEach(letter -> keep(claim, letter));
        published.add(new BatchCommitted(row.claim(), row.request.target(), result.counts(), result.objects()));
        return true;
    }

    private void keep(Claim claim, DeadLetter letter) {
        letters.removeIf(old -> claim.pipeline().equals(letterPipelines.get(old.cursor()))
                && old.topic().equals(claim.range().topic())
                && old.partition() == claim.range().partition()
                && old.letter().offset() == letter.offset());
        letterPipelines.put(++sequence, claim.pipeline());
        letters.add(new DeadLetterEntry(
                sequence, claim.range().topic(), claim.range().partition(), letter, clock.instant()));
    }

    @Override
    public synchronized void expire(Claim claim, String detail) {
        if (rows(row -> row.id.equals(claim.id()) && row.status == ClaimStatus.DEAD)
                .isEmpty()) {
            Row row = open(claim);
            row.status = ClaimStatus.DEAD;
            row.detail = detail;
        }
    }

    @Override
    public synchronized void forget(String pipeline) {
        partitions.values().removeIf(held -> held.key.pipeline().equals(pipeline));
        switches.removeIf(at -> at.getKey().pipeline().equals(pipeline));
        current.remove(pipeline);
        rows.removeIf(row -> row.request.pipeline().equals(pipeline));
        letters.removeIf(letter -> pipeline.equals(letterPipelines.get(letter.cursor())));
    }

    @Override
    public synchronized List<FileEntry> files(String pipeline, FileQuery query) {
        return rows.stream()
                .filter(row -> row.request.pipeline().equals(pipeline))
                .filter(row -> query.topic() == null
                        || query.topic().equals(row.request.range().topic()))
                .filter(row -> query.partition() == null
                        || query.partition() == row.request.range().partition())
                .filter(row -> query.offset() == null || row.holds(query.offset()))
                .filter(row -> query.cursor() == null || row.seq < query.cursor())
                .sorted(Comparator.comparingLong((Row row) -> row.seq).reversed())
                .limit(query.limit())
                .map(Row::entry)
                .toList();
    }

    @Override
    public synchronized List<DeadLetterEntry> deadLetters(String pipeline, DeadLetterQuery query) {
        return letters.stream()
                .filter(entry -> pipeline.equals(letterPipelines.get(entry.cursor())))
                .filter(entry -> query.topic() == null || query.topic().equals(entry.topic()))
                .filter(entry -> query.partition() == null || query.partition() == entry.partition())
                .filter(entry -> query.reason() == null
                        || query.reason().equals(entry.letter().reason()))
                .filter(entry -> query.cursor() == null || entry.cursor() < query.cursor())
                .sorted(Comparator.comparingLong(DeadLetterEntry::cursor).reversed())
                .limit(query.limit())
                .toList();
    }

    @Override
    public Totals totals(String pipeline) {
        return windowed(pipeline, Instant.MIN);
    }

    @Override
    public synchronized Totals windowed(String pipeline, Instant since) {
        Totals totals = new Totals(0, Counts.NONE, 0, 0, null);
        for (Row row : rows(row ->
                row.request.pipeline().equals(pipeline) && row.committed != null && !row.committed.isBefore(since))) {
            totals = new Totals(
                    totals.files() + row.result.objects().size(),
                    totals.counts().plus(row.result.counts()),
                    totals.bytes() + row.result.bytes(),
                    totals.bytesIn() + row.result.bytesIn(),
                    row.committed);
        }
        return totals;
    }

    @Override
    public synchronized List<PartitionPosition> positions(String pipeline) {
        return partitions.values().stream()
                .filter(held -> held.key.pipeline().equals(pipeline))
                .sorted(Comparator.comparing((Held held) -> held.key.topic())
                        .thenComparing(held -> held.key.partition()))
                .map(held -> new PartitionPosition(
                        held.key,
                        held.epoch,
                        held.owner,
                        held.position(),
                        rows(row -> row.of(held.key) && row.status == ClaimStatus.CLAIMED)
                                .size()))
                .toList();
    }

    private Held held(PartitionKey key) {
        Held held = partitions.get(key.toString());
        if (held == null) {
            throw BatchException.fenced("nobody owns " + key);
        }
        return held;
    }

    private Row open(Claim claim) {
        return rows(row -> row.id.equals(claim.id()) && row.epoch == claim.epoch() && row.status == ClaimStatus.CLAIMED)
                .stream()
                .findFirst()
                .orElseThrow(() -> BatchException.fenced("not ours: " + claim));
    }

    private List<Row> rows(Predicate<Row> condition) {
        return rows.stream().filter(condition).toList();
    }

    private static final class Held {
        private final PartitionKey key;
        private @Nullable String topicId;
        private String owner = "";
        private long epoch;
        private int version;
        private @Nullable Long next;

        Held(PartitionKey key) {
            this.key = key;
        }

        void require(long expected) {
            if (epoch != expected) {
                throw BatchException.fenced("another owner");
            }
        }

        OptionalLong position() {
            return next == null ? OptionalLong.empty() : OptionalLong.of(next);
        }
    }

    private static final class Row {
        private final long seq;
        private final UUID id = UUID.randomUUID();
        private final ClaimRequest request;
        private final Instant claimed;
        private long epoch;
        private ClaimStatus status = ClaimStatus.CLAIMED;
        private List<String> keys;
        private Committed result = new Committed(Counts.NONE, List.of(), 0, List.of());
        private @Nullable Instant committed;
        private @Nullable String detail;

        Row(long seq, ClaimRequest request, Instant claimed) {
            this.seq = seq;
            this.request = request;
            this.claimed = claimed;
            this.epoch = request.epoch();
            this.keys = request.objectKeys();
        }

        boolean of(PartitionKey key) {
            return claim().partition().equals(key);
        }

        boolean holds(long offset) {
            return request.range().first() <= offset
                    && offset <= request.range().last();
        }

        Claim claim() {
            return new Claim(
                    id,
                    request.pipeline(),
                    request.range(),
                    epoch,
                    request.version(),
                    request.batchTime(),
                    status,
                    keys,
                    1);
        }

        FileEntry entry() {
            return new FileEntry(
                    seq,
                    id,
                    request.range(),
                    1,
                    request.version(),
                    status,
                    request.batchTime(),
                    request.target(),
                    status == ClaimStatus.COMMITTED ? result.objects() : FileEntry.decided(keys),
                    result.counts(),
                    claimed,
                    committed,
                    detail,
                    false);
        }
    }
}
