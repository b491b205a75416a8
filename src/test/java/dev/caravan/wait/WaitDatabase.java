package dev.caravan.wait;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.connection.DatabaseConnection;
import dev.caravan.problem.Problem;
import dev.caravan.testing.Servers;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;

/** A migrated database for tests of waits, and what has to hold in it at any time. */
final class WaitDatabase {
    private WaitDatabase() {}

    static DatabaseConnection create() {
        DatabaseConnection database = Servers.newDatabase();
        Flyway.configure().dataSource(Servers.dataSource(database)).load().migrate();
        return database;
    }

    /** Counters agree with rows; each ended wait of a pipeline, and nothing else, has one message that goes on. */
    static void assertConsistent(Instance instance) {
        for (String status : new String[] {"waiting", "received", "timed_out", "canceled"}) {
            assertThat(instance.count("SELECT coalesce(sum(" + status + "), 0) FROM wait_count"))
                    .as(status)
                    .isEqualTo(instance.count("SELECT count(*) FROM wait WHERE status = '" + status + "'"));
        }
        assertThat(instance.count("""
                        SELECT count(*) FROM wait FULL JOIN wait_resume ON wait = seq
                        WHERE (wait.pipeline IS NOT NULL AND ended_at IS NOT NULL) <> (wait_resume.wait IS NOT NULL)"""))
                .as("ended waits of pipelines without exactly one message that goes on")
                .isZero();
    }

    static void assertRefused(ThrowingCallable call, WaitReason reason) {
        Problem problem = Assertions.catchThrowableOfType(Problem.class, call);
        assertThat(problem).as("refused with " + reason).isNotNull();
        assertThat(problem.reason()).isEqualTo(reason);
    }
}
