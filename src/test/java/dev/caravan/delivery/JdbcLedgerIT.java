package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.batch.BatchException;
import dev.caravan.testing.Servers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger on a real PostgreSQL. */
class JdbcLedgerIT extends LedgerContract implements LedgerContract.RollsBack {
    private static JdbcTemplate template;
    private static JdbcLedger ledger;
    private static final List<BatchCommitted> EVENTS = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void start() throws Exception {
        DataSource source = Servers.dataSource(Servers.newDatabase());
        Flyway.configure().dataSource(source).load().migrate();
        template = new JdbcTemplate(source);
        ledger = new JdbcLedger(
                template,
                new TransactionTemplate(new DataSourceTransactionManager(source)),
                event -> EVENTS.add((BatchCommitted) event));
    }

    @Override
    Ledger ledger() {
        return ledger;
    }

    @Override
    List<BatchCommitted> published() {
        return EVENTS;
    }

    @Test
    void theDatabaseItselfRefusesAnOffsetTwice() {
        long partition = partition("pl_overlap", 0);
        long other = partition("pl_overlap", 1);
        insert(partition, 0, 9, "CLAIMED", null);
        insert(other, 0, 9, "CLAIMED", null);
        insert(partition, 10, 19, "CLAIMED", null);
        assertThatThrownBy(() -> insert(partition, 19, 25, "CLAIMED", null))
                .isInstanceOf(DataIntegrityViolationException.class)
                .hasMessageContaining("no_offset_twice");
    }

    @Test
    void theDatabaseItselfRefusesCountsThatDoNotAddUp() {
        long partition = partition("pl_counts", 0);
        insert(partition, 0, 9, "COMMITTED", 10);
        assertThatThrownBy(() -> insert(partition, 10, 19, "COMMITTED", 11))
                .isInstanceOf(DataIntegrityViolationException.class)
                .hasMessageContaining("every_row_accounted_for");
        assertThatThrownBy(() -> insert(partition, 10, 19, "COMMITTED", null))
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void aDatabaseThatIsAwayIsARetryWithASentence() {
        DataSource nowhere = new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none", "a", "b");
        JdbcLedger away = new JdbcLedger(
                new JdbcTemplate(nowhere),
                new TransactionTemplate(new DataSourceTransactionManager(nowhere)),
                event -> {});
        BatchException e = catchThrowableOfType(
                BatchException.class, () -> away.own(new PartitionKey("pl_away", "orders", 0), "a", null));
        assertThat(e.kind()).isEqualTo(BatchException.Kind.RETRY);
        assertThat(e.reason()).isEqualTo("database_unavailable");
        assertThat(e.detail()).contains("127.0.0.1:1");
    }

    private static long partition(String pipeline, int partition) {
        ledger.own(new PartitionKey(pipeline, "orders", partition), "a", null);
        return template.queryForObject(
                "SELECT id FROM pipeline_partition WHERE pipeline = ? AND partition = ?",
                Long.class,
                pipeline,
                partition);
    }

    private static void insert(long partition, long first, long last, String status, Integer in) {
        template.update("""
                INSERT INTO pipeline_file (claim_id, partition_id, first_offset, last_offset, epoch, version, batch_time,
                    status, target, object_keys, rows_in, rows_out, rows_filtered, rows_dead, rows_written, bytes,
                    committed_at)
                VALUES (gen_random_uuid(), ?, ?, ?, 1, 1, now(), ?, 's3://lake', '{}', ?, 7, 2, 1, 7, 1, now())""", partition, first, last, status, in);
    }
}
