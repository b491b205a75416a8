package dev.caravan.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.caravan.testing.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.web.ServerProperties;

class StandstillIT {
    @Test
    void aReplicaThatStandsStillInATransactionLetsGoOfItsLocks() throws SQLException {
        DatabaseConnection database = Servers.newDatabase();
        try (HikariDataSource pool = new Connections().dataSource(database, new ServerProperties());
                Connection other = Servers.dataSource(database).getConnection();
                Statement otherRuns = other.createStatement()) {
            otherRuns.execute("CREATE TABLE position (at BIGINT)");
            otherRuns.execute("INSERT INTO position VALUES (1)");
            Connection still = pool.getConnection();
            still.setAutoCommit(false);
            still.createStatement().execute("UPDATE position SET at = 2");

            otherRuns.setQueryTimeout(60);
            assertThat(otherRuns.executeUpdate("UPDATE position SET at = at + 10"))
                    .isEqualTo(1);

            try (ResultSet rows = otherRuns.executeQuery("SELECT at FROM position")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isEqualTo(11);
            }
            assertThatThrownBy(still::close).hasMessageContaining("idle-in-transaction timeout");
        }
    }
}
