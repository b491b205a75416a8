package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.Header;
import dev.caravan.batch.OffsetRange;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every ledger tells about what is in it. */
abstract class LedgerViewContract {
    static final Instant BATCH_TIME = Instant.parse("2026-11-21T23:59:59.999999900Z");
    static final String TARGET = "s3://lake";

    final String pipeline = "pl_" + UUID.randomUUID();
    final PartitionKey key = new PartitionKey(pipeline, "orders", 3);

    abstract Ledger ledger();

    /** Every event so far. */
    abstract List<BatchCommitted> published();

    long begun(long offset) {
        long epoch = ledger().own(key, "a", null).epoch();
        ledger().begin(key, epoch, offset);
        return epoch;
    }

    Claim claim(long epoch, long first, long last, String... keys) {
        return ledger().claim(
                        new ClaimRequest(pipeline, range(first, last), epoch, 1, BATCH_TIME, TARGET, List.of(keys)));
    }

    static OffsetRange range(long first, long last) {
        return new OffsetRange("orders", 3, first, last);
    }

    static Committed nothing() {
        return new Committed(Counts.of(10, 0, 0), List.of(), 0, List.of());
    }

    static DeadLetter letter(long offset, String reason) {
        return new DeadLetter(offset, new byte[] {'x'}, null, List.of(), Instant.EPOCH, reason, "bad", null, 1);
    }

    static void assertFenced(ThrowingCallable action) {
        assertThat(failure(action).kind()).isEqualTo(BatchException.Kind.FENCED);
    }

    static BatchException failure(ThrowingCallable action) {
        BatchException failure = catchThrowableOfType(BatchException.class, action);
        assertThat(failure).as("a BatchException").isNotNull();
        return failure;
    }

    @Test
    void aCommitCountsOnceAndIsPublishedOnce() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9, "a/1");
        StoredObject object = new StoredObject("a/1", 7, 1234, "ab", "\"e\"");
        Committed result =
                new Committed(Counts.of(10, 7, 1), List.of(object), 2500, List.of(letter(4, "malformed_json")));
        assertThat(ledger().commit(claim, result)).isTrue();
        assertThat(ledger().commit(claim, result)).isFalse();

        List<BatchCommitted> events = published().stream()
                .filter(event -> event.claim().pipeline().equals(pipeline))
                .toList();
        assertThat(events).hasSize(1);
        assertThat(events.get(0).claim().status()).isEqualTo(ClaimStatus.COMMITTED);
        assertThat(events.get(0).target()).isEqualTo(TARGET);
        assertThat(events.get(0).objects()).containsExactly(object);
        Totals totals = ledger().totals(pipeline);
        assertThat(totals.counts()).isEqualTo(new Counts(10, 7, 2, 1, 7));
        assertThat(totals.files()).isEqualTo(1);
        assertThat(totals.bytes()).isEqualTo(1234);
        assertThat(totals.bytesIn()).isEqualTo(2500);
        assertThat(totals.lastCommit()).isNotNull();
    }

    @Test
    void aWindowHoldsTheSameSumsAsEverything() {
        long epoch = begun(0);
        for (int i = 0; i < 3; i++) {
            Claim claim = claim(epoch, i * 10L, i * 10L + 9, "a/" + i);
            StoredObject object = new StoredObject("a/" + i, 12, 100, "ab", "\"e\"");
            ledger().commit(claim, new Committed(Counts.of(10, 12, 2), List.of(object), 0, List.of()));
        }
        claim(epoch, 30, 39, "a/3");
        assertThat(ledger().windowed(pipeline, Instant.EPOCH)).isEqualTo(ledger().totals(pipeline));
        assertThat(ledger().totals(pipeline).counts()).isEqualTo(new Counts(30, 24, 0, 6, 36));
        assertThat(ledger().windowed(pipeline, Instant.parse("2200-01-01T00:00:00Z")))
                .isEqualTo(new Totals(0, Counts.NONE, 0, 0, null));
    }

    @Test
    void deadLettersKeepWhatCame() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9);
        DeadLetter odd = new DeadLetter(
                4,
                new byte[] {0, 1, (byte) 0xFF},
                null,
                List.of(
                        new Header("text", "grüezi".getBytes(StandardCharsets.UTF_8)),
                        new Header("text", new byte[] {(byte) 0xC3, 0x28}),
                        new Header("nul", new byte[] {0}),
                        new Header("none", null)),
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "malformed_json",
                "NUL \0 and half a pair \uD800.",
                "paid",
                5);
        DeadLetter tombstone =
                new DeadLetter(5, null, new byte[] {7}, List.of(), Instant.EPOCH, "tombstone", "none", null, 5);
        ledger().commit(claim, new Committed(Counts.of(10, 8, 2), List.of(), 0, List.of(odd, tombstone)));

        List<DeadLetterEntry> kept = ledger().deadLetters(pipeline, DeadLetterQuery.newest(10));
        assertThat(kept).extracting(entry -> entry.letter().offset()).containsExactly(5L, 4L);
        assertThat(kept.get(0).letter().value()).isNull();
        assertThat(kept.get(0).letter().key()).containsExactly(7);
        DeadLetter same = kept.get(1).letter();
        assertThat(same.value()).containsExactly(0, 1, 0xFF);
        assertThat(same.key()).isNull();
        assertThat(same.headers()).extracting(Header::name).containsExactly("text", "text", "nul", "none");
        assertThat(same.headers().get(0).value()).isEqualTo(odd.headers().get(0).value());
        assertThat(same.headers().get(1).value()).containsExactly(0xC3, 0x28);
        assertThat(same.headers().get(2).value()).containsExactly(0);
        assertThat(same.headers().get(3).value()).isNull();
        assertThat(same.timestamp()).isEqualTo(odd.timestamp());
        assertThat(same.step()).isEqualTo("paid");
        assertThat(same.version()).isEqualTo(5);
    }

    @Test
    void deadLettersAreFilteredAndPaged() {
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9);
        List<DeadLetter> letters = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            letters.add(letter(i, i % 2 == 0 ? "even" : "odd"));
        }
        ledger().commit(claim, new Committed(Counts.of(10, 0, 10), List.of(), 0, letters));

        DeadLetterQuery odd = new DeadLetterQuery("orders", 3, "odd", null, 3);
        List<DeadLetterEntry> page = ledger().deadLetters(pipeline, odd);
        assertThat(page).extracting(entry -> entry.letter().offset()).containsExactly(9L, 7L, 5L);
        List<DeadLetterEntry> rest = ledger().deadLetters(
                        pipeline,
                        new DeadLetterQuery(null, null, "odd", page.get(2).cursor(), 3));
        assertThat(rest).extracting(entry -> entry.letter().offset()).containsExactly(3L, 1L);
        assertThat(ledger().deadLetters(pipeline, new DeadLetterQuery("orders", 4, null, null, 3)))
                .isEmpty();
        assertThat(ledger().deadLetters(pipeline + "x", DeadLetterQuery.newest(9)))
                .isEmpty();
    }

    @Test
    void filesAreFoundByOffsetAndPagedNewestFirst() {
        long epoch = begun(0);
        for (int i = 0; i < 5; i++) {
            Claim claim = claim(epoch, i * 10L, i * 10L + 9, "a/" + i);
            if (i < 4) {
                StoredObject object = new StoredObject("a/" + i, 10, 100, "ab", "\"e\"");
                ledger().commit(claim, new Committed(Counts.of(10, 10, 0), List.of(object), 0, List.of()));
            }
        }
        List<FileEntry> page = ledger().files(pipeline, FileQuery.newest(2));
        assertThat(page).extracting(entry -> entry.range().first()).containsExactly(40L, 30L);
        assertThat(page).extracting(FileEntry::status).containsExactly(ClaimStatus.CLAIMED, ClaimStatus.COMMITTED);
        assertThat(page.get(0).objects()).extracting(StoredObject::key).containsExactly("a/4");
        assertThat(page.get(0).committedAt()).isNull();
        assertThat(page.get(1).committedAt()).isNotNull();
        assertThat(page.get(1).target()).isEqualTo(TARGET);
        List<FileEntry> next = ledger().files(
                        pipeline, new FileQuery("orders", 3, null, page.get(1).cursor(), 9));
        assertThat(next).extracting(entry -> entry.range().first()).containsExactly(20L, 10L, 0L);
        assertThat(ledger().files(pipeline, new FileQuery(null, null, 25L, null, 9)))
                .singleElement()
                .satisfies(entry -> assertThat(entry.range().first()).isEqualTo(20));
        assertThat(ledger().files(pipeline, new FileQuery("orders", 4, null, null, 9)))
                .isEmpty();
    }

    @Test
    void forgettingAPipelineLeavesTheOthers() {
        PartitionKey neighbour = new PartitionKey(pipeline + "x", "orders", 3);
        Ownership kept = ledger().own(neighbour, "a", null);
        long epoch = begun(0);
        Claim claim = claim(epoch, 0, 9);
        ledger().commit(claim, new Committed(Counts.of(10, 9, 1), List.of(), 0, List.of(letter(1, "odd"))));
        ledger().forget(pipeline);
        assertThat(ledger().files(pipeline, FileQuery.newest(9))).isEmpty();
        assertThat(ledger().deadLetters(pipeline, DeadLetterQuery.newest(9))).isEmpty();
        assertThat(ledger().positions(pipeline)).isEmpty();
        assertThat(ledger().totals(pipeline).counts()).isEqualTo(Counts.NONE);
        assertFenced(() -> claim(epoch, 10, 19));
        assertThat(ledger().positions(neighbour.pipeline()))
                .singleElement()
                .satisfies(position -> assertThat(position.epoch()).isEqualTo(kept.epoch()));
    }
}
