package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.OffsetRange;
import dev.caravan.testing.Servers;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is read again is delivered again, once in each generation. */
class GenerationsIT {
    private static final String TOPIC = "orders";

    private static Generations generations;
    private static JdbcLedger ledger;
    private static Replays replays;

    private final String pipeline = "pl_" + UUID.randomUUID();
    private final PartitionKey key = new PartitionKey(pipeline, TOPIC, 0);

    @BeforeAll
    static void start() throws Exception {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        JdbcTemplate template = new JdbcTemplate(source);
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(source));
        ledger = new JdbcLedger(template, transaction, event -> {});
        generations = new Generations(JdbcClient.create(template));
        replays = new Replays(template, transaction);
    }

    private Claim claim(long epoch, long first, long last) {
        return ledger.claim(new ClaimRequest(
                pipeline, new OffsetRange(TOPIC, 0, first, last), epoch, 1, Instant.EPOCH, "s3://lake", List.of()));
    }

    private static DeadLetter letter(long offset) {
        return new DeadLetter(offset, new byte[] {'x'}, null, List.of(), Instant.EPOCH, "malformed", "bad", null, 1);
    }

    /** Ten messages of which one is dead. */
    private Claim delivered() {
        Ownership owned = ledger.own(key, "a", null);
        ledger.begin(key, owned.epoch(), 0);
        Claim claim = claim(owned.epoch(), 0, 9);
        ledger.commit(claim, new Committed(Counts.of(10, 9, 1), List.of(), 0, List.of(letter(4))));
        return claim;
    }

    @Test
    void theSameOffsetsAreClaimedAgainInTheNextGeneration() {
        assertThat(delivered().generation()).isEqualTo(1);
        generations.begin(key, 0, "earliest", "key_1");
        Claim again = delivered();
        assertThat(again.generation()).isEqualTo(2);
        assertThat(ledger.totals(pipeline).counts()).isEqualTo(new Counts(20, 18, 0, 2, 18));
        assertThat(generations.current(pipeline, TOPIC)).singleElement().satisfies(current -> {
            assertThat(current.counts()).isEqualTo(new Counts(10, 9, 0, 1, 9));
            assertThat(current.position()).hasValue(10);
            assertThat(current.reset()).isNotNull();
        });
        assertThat(ledger.files(pipeline, new FileQuery(TOPIC, 0, 4L, null, 9)))
                .extracting(FileEntry::generation)
                .containsExactly(2, 1);
        assertThat(ledger.deadLetters(pipeline, DeadLetterQuery.newest(9)))
                .extracting(DeadLetterEntry::generation)
                .containsExactly(2, 1);
    }

    @Test
    void whoOwnsTheGenerationBeforeCanClaimAndCommitNothingOfTheNext() {
        Ownership owned = ledger.own(key, "a", null);
        ledger.begin(key, owned.epoch(), 0);
        generations.begin(key, 0, "earliest", "key_1");
        BatchException failure = catchThrowableOfType(BatchException.class, () -> claim(owned.epoch(), 0, 9));
        assertThat(failure.kind()).isEqualTo(BatchException.Kind.FENCED);
        assertThat(ledger.own(key, "b", "topic-1").generation()).isEqualTo(2);
    }

    @Test
    void aTopicThatWasMadeAnewIsReadInTheNextGeneration() {
        ledger.own(key, "a", "topic-1");
        generations.begin(key, 0, "earliest", "key_1");
        assertThat(ledger.own(key, "a", "topic-2").nextOffset()).hasValue(0);
    }

    @Test
    void aReplayBelongsToTheGenerationOfItsLetters() {
        delivered();
        generations.begin(key, 0, "earliest", "key_1");
        delivered();
        List<UUID> claims = replays.reserve(pipeline, 1, new ReplayQuery(null, null, null, null, null));
        assertThat(claims).hasSize(2);
        List<Replay> taken = claims.stream()
                .map(claim -> replays.take(List.of(pipeline), "a").orElseThrow())
                .toList();
        assertThat(taken).extracting(Replay::generation).containsExactlyInAnyOrder(1, 2);
        assertThat(taken).allSatisfy(replay -> assertThat(replay.letters()).hasSize(1));
    }

    @Test
    void aVersionThatTakesOverLeavesEarlierGenerationsAlone() {
        delivered();
        generations.begin(key, 5, "numbers", "key_1");
        ledger.switchTo(pipeline, 2);
        assertThat(ledger.switches(pipeline, 1, 2))
                .extracting(VersionSwitch::version, VersionSwitch::generation, VersionSwitch::nextOffset)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, 1, 10L),
                        org.assertj.core.groups.Tuple.tuple(2, 2, null));
    }
}
