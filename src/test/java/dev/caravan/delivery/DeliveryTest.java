package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Rows.Written;
import dev.caravan.batch.Rows.WrittenFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeliveryTest {
    private static final PartitionKey KEY = new PartitionKey("pl_1", "orders", 0);

    @TempDir
    private Path directory;

    private final InMemoryLedger ledger = new InMemoryLedger(Clock.systemUTC());
    private final List<FaultPoint> reached = new ArrayList<>();

    @Test
    void aDeliveredBatchIsCommittedAndSigned() {
        Batch batch = batch(10);
        FakeTarget target = new FakeTarget("k1");
        List<StoredObject> objects = delivery(reached::add).deliver(batch, written(6, Batches.dead(2, "bad")), target);

        assertThat(batch.receipt().committed()).isTrue();
        assertThat(objects).extracting(StoredObject::key).containsExactly("k1");
        assertThat(ledger.totals("pl_1").counts()).isEqualTo(new Counts(10, 6, 3, 1, 6));
        assertThat(ledger.deadLetters("pl_1", DeadLetterQuery.newest(9)))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.letter().offset()).isEqualTo(102);
                    assertThat(new String(entry.letter().value(), java.nio.charset.StandardCharsets.UTF_8))
                            .isEqualTo("{\"n\":2}");
                    assertThat(entry.letter().version()).isEqualTo(7);
                    assertThat(entry.letter().step()).isEqualTo("paid");
                });
        assertThat(reached)
                .containsExactly(
                        FaultPoint.BEFORE_CLAIM,
                        FaultPoint.AFTER_CLAIM,
                        FaultPoint.AFTER_PUT,
                        FaultPoint.BEFORE_COMMIT);
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_CLAIM", "AFTER_CLAIM", "AFTER_PUT", "BEFORE_COMMIT"})
    void aBatchThatFailedAnywhereIsDeliveredAgainAndCountsOnce(FaultPoint point) {
        Batch batch = batch(10);
        FakeTarget target = new FakeTarget("k1");
        Faults once = point_ -> {
            if (point_ == point && reached.isEmpty()) {
                reached.add(point);
                throw BatchException.retry("s3_unavailable", "away", null);
            }
        };
        Delivery delivery = delivery(once);
        assertThat(catchThrowableOfType(BatchException.class, () -> delivery.deliver(batch, written(6), target)))
                .isNotNull();
        assertThat(batch.receipt().committed()).isFalse();
        delivery.deliver(batch, written(6), target);
        delivery.deliver(batch, written(6), target);
        assertThat(batch.receipt().committed()).isTrue();
        assertThat(ledger.totals("pl_1").counts().in()).isEqualTo(10);
        assertThat(ledger.published()).hasSize(1);
        assertThat(ledger.files("pl_1", FileQuery.newest(9))).hasSize(1);
    }

    @Test
    void aCommittedBatchIsOnlySigned() {
        Batch batch = batch(10);
        delivery(Faults.NONE).deliver(batch, written(6), new FakeTarget("k1"));
        FakeTarget again = new FakeTarget("k1");
        Batch same = Batches.batch(batch.spool(), "pl_1", batch.epoch(), batch.rows());
        assertThat(delivery(Faults.NONE).deliver(same, written(6), again)).isEmpty();
        assertThat(same.receipt().committed()).isTrue();
        assertThat(again.log).isEmpty();
    }

    @Test
    void nothingIsWrittenByAnEarlierOwner() {
        Batch batch = batch(10);
        ledger.own(KEY, "b", null);
        FakeTarget target = new FakeTarget("k1");
        assertThat(failure(batch, written(6), target).kind()).isEqualTo(BatchException.Kind.FENCED);
        assertThat(target.log).isEmpty();
        assertThat(batch.receipt().committed()).isFalse();
    }

    @Test
    void objectsOfAnEarlierAttemptThatAreNoLongerMadeAreDeletedFirst() {
        Batch batch = batch(10);
        ledger.claim(ClaimRequest.of(batch, "s3://lake", List.of("k1", "k2", "k3")));
        FakeTarget target = new FakeTarget("k2", "k4");
        delivery(Faults.NONE).deliver(batch, written(6), target);
        assertThat(target.log).containsExactly("remove k1", "remove k3", "write k2", "write k4");
        assertThat(ledger.files("pl_1", FileQuery.newest(1)).get(0).objects())
                .extracting(StoredObject::key)
                .containsExactly("k2", "k4");
    }

    @Test
    void aWholeBatchOfDeadLettersPausesThePipeline() {
        Batch batch = batch(3);
        DeadMessage[] all = IntStream.range(0, 3)
                .mapToObj(line -> Batches.dead(line, "malformed_json"))
                .toArray(DeadMessage[]::new);
        BatchException e = failure(batch, written(0, all), new FakeTarget());
        assertThat(e.kind()).isEqualTo(BatchException.Kind.PAUSE);
        assertThat(e.reason()).isEqualTo("too_many_dead_letters");
        assertThat(e.detail())
                .contains(
                        "3 of the 3 messages", "orders-0 100..102", "malformed_json", "line 0 is bad", "100, 101, 102")
                .contains("Correct the schema");
        assertThat(ledger.positions("pl_1").get(0).nextOffset()).hasValue(100);
    }

    @Test
    void fivePercentOfALargeBatchMayBeDeadAndNotOneMore() {
        Batch batch = batch(10_000);
        DeadMessage[] some = IntStream.range(0, 501)
                .mapToObj(line -> Batches.dead(line * 2, line % 5 == 0 ? "tombstone" : "wrong_type"))
                .toArray(DeadMessage[]::new);
        BatchException e = failure(batch, written(9_499, some), new FakeTarget());
        assertThat(e.detail()).contains("501 of the 10,000", "wrong_type");
        DeadMessage[] fewer = java.util.Arrays.copyOf(some, 500);
        delivery(Faults.NONE).deliver(batch, written(9_500, fewer), new FakeTarget("k1"));
        assertThat(ledger.totals("pl_1").counts().dead()).isEqualTo(500);
    }

    @Test
    void aSmallBatchMayBeMostlyDead() {
        Batch batch = batch(9_999);
        DeadMessage[] most = IntStream.range(0, 9_998)
                .mapToObj(line -> Batches.dead(line, "wrong_type"))
                .toArray(DeadMessage[]::new);
        delivery(Faults.NONE).deliver(batch, written(1, most), new FakeTarget("k1"));
        assertThat(ledger.totals("pl_1").counts()).isEqualTo(new Counts(9_999, 1, 0, 9_998, 1));
    }

    @Test
    void deadLettersThatAPersonAcceptedAreKept() {
        Batch batch = Batches.accepted(batch(1));
        delivery(Faults.NONE).deliver(batch, written(0, Batches.dead(0, "malformed_json")), new FakeTarget());
        assertThat(ledger.totals("pl_1").counts()).isEqualTo(new Counts(1, 0, 0, 1, 0));
    }

    @Test
    void aMessageReportedTwiceIsOneDeadLetter() {
        Batch batch = batch(10);
        delivery(Faults.NONE)
                .deliver(
                        batch,
                        written(9, Batches.dead(4, "wrong_type"), Batches.dead(4, "malformed_json")),
                        new FakeTarget("k1"));
        assertThat(ledger.totals("pl_1").counts().dead()).isEqualTo(1);
    }

    private Batch batch(int messages) {
        long epoch = ledger.own(KEY, "a", null).epoch();
        ledger.begin(KEY, epoch, 100);
        return Batches.batch(
                Batches.spool(directory, "orders", 100, messages), "pl_1", epoch, Batches.FixedRows.of(new byte[0]));
    }

    private Written written(long rows, DeadMessage... dead) {
        return new Written(List.of(new WrittenFile(directory.resolve("f"), "", rows, 100)), List.of(dead));
    }

    private Delivery delivery(Faults faults) {
        return new Delivery(ledger, faults);
    }

    private BatchException failure(Batch batch, Written written, Target target) {
        BatchException failure = catchThrowableOfType(
                BatchException.class, () -> delivery(Faults.NONE).deliver(batch, written, target));
        assertThat(failure).isNotNull();
        return failure;
    }

    /** Remembers what it was asked to do. */
    private static final class FakeTarget implements Target {
        private final List<String> keys;
        private final List<String> log = new ArrayList<>();

        FakeTarget(String... keys) {
            this.keys = List.of(keys);
        }

        @Override
        public String name() {
            return "s3://lake";
        }

        @Override
        public List<String> objectKeys() {
            return keys;
        }

        @Override
        public List<StoredObject> write(Claim claim, Consumer<String> takeBack) {
            assertThat(claim.objectKeys()).isEqualTo(keys);
            keys.forEach(key -> log.add("write " + key));
            return keys.stream()
                    .map(key -> new StoredObject(key, 6, 100, "ab", "\"e\""))
                    .toList();
        }

        @Override
        public void remove(Claim claim, String key) {
            log.add("remove " + key);
        }
    }
}
