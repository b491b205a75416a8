package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The oracle on a small state that is right, and on that state with one fault each, which it must find. */
class OracleIT {
    private static final String TOPIC = "oracle-topic";
    private static final Map<Integer, Long> PRODUCED = Map.of(0, 600L, 1, 400L);

    private static Surroundings surroundings;
    private static JdbcClient jdbc;
    private static Connection duck;

    private HandMade state;
    private Oracle oracle;

    @BeforeAll
    static void start() throws Exception {
        surroundings = Surroundings.start();
        Flyway.configure()
                .dataSource(surroundings.dataSource())
                .target("1")
                .load()
                .migrate();
        jdbc = JdbcClient.create(surroundings.dataSource());
        duck = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterAll
    static void stop() throws Exception {
        duck.close();
        surroundings.close();
    }

    @BeforeEach
    void makeACorrectState(@TempDir Path scratch) throws Exception {
        state = new HandMade(surroundings.bucket(), jdbc, TOPIC, scratch, duck);
        state.clear();
        state.range(0, 0, 249, "parquet");
        state.range(0, 250, 549, "parquet");
        state.range(0, 550, 599, "ndjson");
        state.range(1, 0, 299, "csv");
        state.range(1, 300, 399, "parquet");
        state.sums();
        oracle = new Oracle(surroundings.bucket(), surroundings.dataSource(), TOPIC);
    }

    @Test
    void aCorrectStateHolds() {
        Verdict verdict = oracle.check(PRODUCED);
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.messages()).isEqualTo(1_000);
        assertThat(verdict.objects()).isEqualTo(5);
        assertThat(verdict.deadLetters()).isEqualTo(10);
        assertThat(verdict.rows() + verdict.filtered() + verdict.deadLetters()).isEqualTo(1_000);
    }

    @Test
    void aRemovedObjectIsFound() {
        state.remove(state.key(0, 250));
        finds("object is gone", "partition 0, offsets 2", "lost, ARRIVES");
    }

    @Test
    void anObjectRemovedAfterItWasReadIsFound() {
        assertThat(oracle.check(PRODUCED).violations()).isEmpty();
        state.remove(state.key(0, 250));
        finds("object is gone");
    }

    @Test
    void anObjectDoubledUnderAnotherKeyIsFound() {
        state.copy(state.key(0, 250), "kill/copy.parquet");
        finds("object without a claim: kill/copy.parquet", "a second time, in kill/");
    }

    @Test
    void aCutObjectIsFound() throws Exception {
        byte[] bytes = state.bytes(state.key(0, 0));
        state.put(state.key(0, 0), java.util.Arrays.copyOf(bytes, bytes.length - 40));
        finds("is not the one recorded", "cannot be read", "sha256", "lost, ARRIVES");
    }

    @Test
    void aChangedByteThatLeavesTheSizeAsItWasIsFound() throws Exception {
        byte[] bytes = state.bytes(state.key(0, 550));
        int digit = new String(bytes, java.nio.charset.StandardCharsets.UTF_8).indexOf("\"crc\":") + 6;
        bytes[digit] = (byte) (bytes[digit] == '1' ? '2' : '1');
        state.put(state.key(0, 550), bytes);
        finds("sha256", "not as produced");
    }

    @Test
    void aRemovedRowIsFoundEvenIfTheLedgerAgrees() throws Exception {
        long victim = state.anOffset(0, 0, 249, Workload.Kind.ARRIVES);
        state.rewrite(0, 0, "SELECT * FROM rows WHERE _offset <> " + victim);
        finds("must be in=250", "offsets " + victim + ".." + victim + ": lost, ARRIVES");
    }

    @Test
    void aDoubledRowIsFoundEvenIfTheLedgerAgrees() throws Exception {
        long victim = state.anOffset(0, 0, 249, Workload.Kind.ARRIVES);
        state.rewrite(0, 0, "SELECT * FROM rows UNION ALL SELECT * FROM rows WHERE _offset = " + victim);
        finds("offset " + victim + " a second time");
    }

    @Test
    void aRowOfAnotherRangeIsFound() throws Exception {
        long victim = state.anOffset(0, 0, 249, Workload.Kind.ARRIVES);
        long other = state.anOffset(0, 250, 549, Workload.Kind.ARRIVES);
        state.rewrite(
                0,
                0,
                "SELECT * FROM rows WHERE _offset <> " + victim + " UNION ALL SELECT 0, " + other + ", " + other + ", "
                        + Workload.crc(0, other));
        finds("not of its range", "offset " + other + " a second time", victim + ": lost, ARRIVES");
    }

    @Test
    void aFilteredMessageInAFileIsFound() throws Exception {
        long filtered = state.anOffset(0, 0, 249, Workload.Kind.FILTERED);
        state.rewrite(
                0,
                0,
                "SELECT * FROM rows UNION ALL SELECT 0, " + filtered + ", " + filtered + ", "
                        + Workload.crc(0, filtered));
        finds("in a file, but FILTERED");
    }

    @Test
    void aMissingLedgerRowIsFound() {
        jdbc.sql("DELETE FROM pipeline_file WHERE claim_id = ?")
                .param(state.claim(0, 250))
                .update();
        finds("have a gap", "object without a claim", "sums of partition 0");
    }

    @Test
    void aMissingLastLedgerRowIsFound() {
        jdbc.sql("DELETE FROM pipeline_file WHERE claim_id = ?")
                .param(state.claim(1, 300))
                .update();
        finds("end before offset 300", "object without a claim");
    }

    @Test
    void overlappingRangesAreFound() {
        jdbc.sql("ALTER TABLE pipeline_file DROP CONSTRAINT no_offset_twice").update();
        try {
            jdbc.sql("UPDATE pipeline_file SET first_offset = 240 WHERE claim_id = ?")
                    .param(state.claim(0, 250))
                    .update();
            finds("overlap", "says of itself");
        } finally {
            state.clear();
            jdbc.sql("""
                    ALTER TABLE pipeline_file ADD CONSTRAINT no_offset_twice EXCLUDE USING gist (
                        int8range(partition_id, partition_id, '[]') WITH &&,
                        int8range(first_offset, last_offset, '[]') WITH &&)""").update();
        }
    }

    @Test
    void aMissingDeadLetterIsFound() {
        long bad = state.anOffset(0, 0, 249, Workload.Kind.BAD);
        jdbc.sql("DELETE FROM dead_letter WHERE partition = 0 AND \"offset\" = ?")
                .param(bad)
                .update();
        finds("offsets " + bad + ".." + bad + ": lost, BAD");
    }

    @Test
    void aDeadLetterOfAMessageThatIsInAFileIsFound() {
        long good = state.anOffset(1, 0, 299, Workload.Kind.ARRIVES);
        state.letter(1, good);
        finds("in a file and a dead letter");
    }

    @Test
    void aDeadLetterOfAFilteredMessageIsFound() {
        state.letter(1, state.anOffset(1, 0, 299, Workload.Kind.FILTERED));
        finds("a dead letter, but FILTERED");
    }

    @Test
    void aDeadLetterWithOtherBytesIsFound() {
        jdbc.sql("UPDATE dead_letter SET value = 'x' WHERE partition = 0 AND \"offset\" = ?")
                .param(state.anOffset(0, 0, 249, Workload.Kind.BAD))
                .update();
        finds("has not the original bytes");
    }

    @Test
    void aWrongCountIsFound() {
        jdbc.sql(
                        "UPDATE pipeline_file SET rows_out = rows_out - 1, rows_filtered = rows_filtered + 1 WHERE claim_id = ?")
                .param(state.claim(0, 0))
                .update();
        finds("must be in=250", "sums of partition 0");
    }

    @Test
    void wrongSumsAreFound() {
        jdbc.sql("UPDATE pipeline_partition SET rows_in = rows_in + 1, rows_out = rows_out + 1 WHERE partition = 1")
                .update();
        finds("sums of partition 1");
    }

    @Test
    void aStrayObjectIsFound() throws Exception {
        state.put("kill/stray.ndjson", new byte[0]);
        finds("object without a claim: kill/stray.ndjson");
    }

    @Test
    void aClaimLeftBehindIsFound() {
        jdbc.sql("UPDATE pipeline_file SET status = 'CLAIMED' WHERE claim_id = ?")
                .param(state.claim(0, 250))
                .update();
        finds("left behind: CLAIMED");
    }

    @Test
    void anObjectOfAnotherClaimIsFound() throws Exception {
        state.put(
                state.key(0, 0), state.bytes(state.key(0, 0)), UUID.randomUUID().toString());
        finds("says of itself");
    }

    @Test
    void aFileOfAnotherRangeIsFoundByWhatItsFooterSays() throws Exception {
        jdbc.sql("UPDATE pipeline_partition SET pipeline = 'pl_other' WHERE partition = 1")
                .update();
        finds("file " + state.key(1, 300) + " says of itself", "several pipelines");
    }

    @Test
    void anObjectThatIsNotRecordedIsFound() {
        jdbc.sql("UPDATE pipeline_file SET objects = '[]' WHERE claim_id = ?")
                .param(state.claim(0, 0))
                .update();
        finds("decided on objects");
    }

    @Test
    void messagesNotYetReadAreFound() {
        assertThat(oracle.check(Map.of(0, 600L, 1, 500L)).violations())
                .anyMatch(each -> each.contains("partition 1: next offset is 400, produced were 500"))
                .anyMatch(each -> each.contains("lost, ARRIVES"));
    }

    private void finds(String... parts) {
        List<String> violations = oracle.check(PRODUCED).violations();
        for (String part : parts) {
            assertThat(violations).anyMatch(sentence -> sentence.contains(part));
        }
    }
}
