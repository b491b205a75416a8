package dev.caravan.kill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One test: the servers, a topic that is fed, one pipeline that reads it, children that run it, and an oracle. */
final class Scene implements AutoCloseable {
    static final int PARTITIONS = 4;
    static final String PIPELINE = "kill";

    private final String topic;
    private final Surroundings surroundings;
    private final Feed feed;
    private final Launcher launcher;
    private final LedgerRecords ledger;
    private final Oracle oracle;

    /**
     * @param test names the topic and the logs
     * @param environment changes where the children find the servers
     * @param options for every child's JVM
     */
    Scene(String test, Surroundings surroundings, UnaryOperator<Map<String, String>> environment, List<String> options)
            throws Exception {
        this(test, PARTITIONS, surroundings, environment, options);
    }

    /** @param partitions of the topic */
    Scene(
            String test,
            int partitions,
            Surroundings surroundings,
            UnaryOperator<Map<String, String>> environment,
            List<String> options)
            throws Exception {
        this.topic = test + "-topic";
        this.surroundings = surroundings;
        surroundings.createTopic(topic, partitions);
        this.feed = new Feed(surroundings.bootstrap(), topic, partitions);
        this.launcher = new Launcher(
                test, environment.apply(new LinkedHashMap<>(surroundings.environment())), document(topic), options);
        this.ledger = new LedgerRecords(surroundings.dataSource(), topic);
        this.oracle = newOracle();
    }

    private static String document(String topic) {
        return """
                name: %s
                options:
                  event: %s
                  start_from: earliest
                  batch: {max_events: 1000, max_interval: 300ms}
                schema: %s
                steps:
                  - name: good
                    kamelet: sql-transform-action
                    properties: {query: "%s"}
                  - name: lake
                    kamelet: s3-sink
                    properties: {bucket: %s, prefix: kill, format: parquet, compression: zstd}
                """.formatted(PIPELINE, topic, Workload.SCHEMA, Workload.QUERY, Surroundings.BUCKET);
    }

    /** Members of the group are missed after three seconds, so that their partitions move on soon. */
    static List<String> shortSessions() {
        return List.of("-Dcaravan.kafka.session.timeout.ms=3000", "-Dcaravan.kafka.heartbeat.interval.ms=500");
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Feed feed() {
        return feed;
    }

    Launcher launcher() {
        return launcher;
    }

    LedgerRecords ledger() {
        return ledger;
    }

    /** Stops the feed, waits until a child has brought everything to its end, and asks the oracle. */
    Verdict settle(CaravanProcess child, Duration atMost) throws InterruptedException {
        Map<Integer, Long> produced = feed.pause();
        awaitDrained(child, atMost);
        Verdict verdict = oracle.check(produced);
        verdict.mustHold();
        return verdict;
    }

    /** The same for everything again, with an oracle that has seen nothing before. */
    Verdict readAllAgain() throws InterruptedException {
        Verdict verdict = newOracle().check(feed.pause());
        verdict.mustHold();
        return verdict;
    }

    private Oracle newOracle() {
        return new Oracle(surroundings.bucket(), surroundings.dataSource(), topic);
    }

    private void awaitDrained(CaravanProcess child, Duration atMost) {
        try {
            Awaitility.await("everything is committed")
                    .atMost(atMost)
                    .pollInterval(Duration.ofMillis(200))
                    .failFast(child::mustBeAlive)
                    .until(() -> ledger.committedMessages() >= feed.total() && ledger.unfinishedClaims() == 0);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "not everything was committed within " + atMost + ":\n" + state() + "\n" + child + "\n"
                            + child.lastLines(40),
                    e);
        }
    }

    /** Waits until so many more messages are committed than now. */
    void awaitProgress(long messages, Duration atMost) {
        long before = ledger.committedMessages();
        try {
            Awaitility.await("progress")
                    .atMost(atMost)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> ledger.committedMessages() >= before + messages);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no " + messages + " messages more within " + atMost + ":\n" + state(), e);
        }
    }

    /** What the database says, for whoever has to find out what happened. */
    String state() {
        JdbcClient jdbc = JdbcClient.create(surroundings.dataSource());
        List<String> lines = new ArrayList<>();
        lines.add("produced " + feed.produced());
        for (String table : List.of(
                "pipeline_desired",
                "pipeline_replica",
                "pipeline_partition",
                "pipeline_file WHERE status = 'CLAIMED'")) {
            jdbc.sql("SELECT * FROM " + table)
                    .query()
                    .listOfRows()
                    .forEach(row -> lines.add(table.split(" ", 2)[0] + " " + row));
        }
        return String.join("\n", lines);
    }

    static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    @Override
    public void close() throws Exception {
        try (surroundings;
                feed;
                launcher) {
            // in the opposite order: children first, servers last
            return;
        }
    }
}
