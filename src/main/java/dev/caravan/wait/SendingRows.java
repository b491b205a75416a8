package dev.caravan.wait;

import java.sql.Types;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Several signals by one statement, each for a wait of its own. It waits for nobody: a row that somebody else is at is left
 * out, like one that takes no signal.
 */
@Repository
final class SendingRows {
    /** So many at once; one more round trip costs less than the memory of a longer statement. */
    static final int MOST = 64;

    private static final String SEND = """
            WITH picked AS MATERIALIZED (
                SELECT live.*, asked.payload, asked.sender, asked.traceparent
                FROM (VALUES %s) AS asked(of_project, of_key, payload, sender, traceparent),
                    LATERAL (
                        SELECT seq AS picked_seq FROM wait
                        WHERE project = asked.of_project AND event_key = asked.of_key AND status = 'waiting'
                            AND expires_at > clock_timestamp()
                        LIMIT 1 FOR UPDATE SKIP LOCKED) AS live),
            changed AS (
                UPDATE wait SET status = 'received', response_payload = payload, received_at = now(), ended_at = now(),
                    sent_by = sender, trace = traceparent
                FROM picked WHERE seq = picked_seq AND status = 'waiting' RETURNING %s),
            %s
            SELECT * FROM changed""";

    /** By how many rows they have, which is a power of two: so few that the database knows how to do each. */
    private static final Map<Integer, String> STATEMENTS = statements();

    private final JdbcClient jdbc;

    SendingRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Address(String project, String key) {}

    private static Map<Integer, String> statements() {
        Map<Integer, String> statements = new TreeMap<>();
        for (int rows = 1; rows <= MOST; rows *= 2) {
            String values = "(?::text, ?::text, ?::text, ?::text, ?::text)" + ", (?, ?, ?, ?, ?)".repeat(rows - 1);
            statements.put(rows, SEND.formatted(values, WaitRows.COLUMNS, WaitRows.ENDED));
        }
        return statements;
    }

    /** @return by identity, the waits that have their signals now; of signals for the same wait the first one counts */
    Map<Sending, Wait> send(List<Sending> sendings) {
        Map<Address, Sending> first = new LinkedHashMap<>();
        sendings.forEach(each -> first.putIfAbsent(new Address(each.project(), each.key()), each));
        List<Sending> all = List.copyOf(first.values());
        Map<Sending, Wait> received = new IdentityHashMap<>();
        for (int from = 0; from < all.size(); from += MOST) {
            for (Wait wait : statement(all.subList(from, Math.min(from + MOST, all.size())))) {
                received.put(first.get(new Address(wait.project(), wait.key())), wait);
            }
        }
        return received;
    }

    private List<Wait> statement(List<Sending> some) {
        int rows = Integer.highestOneBit(2 * some.size() - 1);
        List<String> values = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            if (row < some.size()) {
                Sending each = some.get(row);
                values.add(each.project());
                values.add(each.key());
                values.add(each.payload());
                values.add(each.by());
                values.add(each.trace());
            } else {
                // nobody waits under no key
                for (int field = 0; field < 5; field++) {
                    values.add(null);
                }
            }
        }
        JdbcClient.StatementSpec statement = jdbc.sql(STATEMENTS.get(rows));
        for (int i = 0; i < values.size(); i++) {
            statement = statement.param(i + 1, values.get(i), Types.VARCHAR);
        }
        return statement.query(WaitRows::read).list();
    }
}
