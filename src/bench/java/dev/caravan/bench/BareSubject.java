package dev.caravan.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** The bare loop in a process with the servers and nothing else. */
final class BareSubject implements Subject {
    private final OwnServers servers;
    private final BareLoop loop;
    private int round;

    BareSubject(Path data, int messagesPerFile) throws Exception {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        servers = new OwnServers(data);
        loop = new BareLoop(servers.endpoints(), data.resolve("bare"), messagesPerFile);
    }

    @Override
    public Endpoints endpoints() {
        return servers.endpoints();
    }

    @Override
    public void prepare(int number) {
        round = number;
        try (var s3 = endpoints().s3Client()) {
            s3.createBucket(request -> request.bucket(Subject.bucket(number)));
        }
    }

    @Override
    public void run(long messages) throws Exception {
        loop.run("bare-" + round, Subject.bucket(round), messages);
    }

    @Override
    public void finish() {}

    @Override
    public void close() {
        try {
            loop.close();
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
        servers.close();
    }
}
