package dev.caravan.embedded;

import dev.caravan.connection.DatabaseConnection;
import dev.caravan.connection.PrivateFiles;
import dev.caravan.connection.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.IntSupplier;

/** A PostgreSQL as a child of this process, durable ({@code fsync=on}), on a directory that outlives it. */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final String USER = "caravan";
    private static final int ATTEMPTS = 3;

    /** Replaces the sample that initdb writes, at each start; {@code custom.conf} beside it is the user's own. */
    private static final String SETTINGS = """
            # written by Caravan at each start; put your own settings into custom.conf
            listen_addresses = '%s'
            port = %d
            unix_socket_directories = ''
            max_connections = 100
            shared_buffers = 64MB
            fsync = on
            synchronous_commit = on
            password_encryption = 'scram-sha-256'
            lc_messages = 'C'
            timezone = 'UTC'
            log_timezone = 'UTC'
            jit = off
            include_if_exists = 'custom.conf'
            """;

    private final Path cluster;
    private final PostgresCommand command;
    private final DatabaseConnection connection;

    private EmbeddedDatabase(Path cluster, PostgresCommand command, DatabaseConnection connection) {
        this.cluster = cluster;
        this.command = command;
        this.connection = connection;
    }

    /**
     * Starts on the directory; makes the cluster when there is none, and stops the server that a killed owner left on it.
     *
     * @param binaries where the programs are unpacked to, shared by all who name the same
     * @param port 0 for any free one
     */
    public static EmbeddedDatabase start(Path directory, Path binaries, int port, String password) {
        IntSupplier ports = () -> Ports.choose(port, "PostgreSQL", "CARAVAN_EMBEDDED_PG_PORT");
        return start(directory, binaries, ports, port == 0 ? ATTEMPTS : 1, password);
    }

    /** @param ports asked again, up to {@code attempts} times in all, when somebody else took the one before */
    static EmbeddedDatabase start(Path directory, Path binaries, IntSupplier ports, int attempts, String password) {
        PostgresCommand command = new PostgresCommand(PostgresBinaries.unpack(binaries));
        Path root = directory.toAbsolutePath();
        Path cluster = root.resolve("cluster");
        try {
            PrivateFiles.createDirectory(root);
            if (!Files.exists(cluster)) {
                create(cluster, command, password);
            }
            OrphanedPostgres.stop(cluster, command);
            int port = launch(cluster, root.resolve("server.log"), command, ports, attempts);
            String url = "jdbc:postgresql://" + Ports.HOST + ":" + port + "/postgres";
            return new EmbeddedDatabase(cluster, command, new DatabaseConnection(url, USER, password));
        } catch (IOException e) {
            throw new StartException("The embedded PostgreSQL does not start on " + directory + ": " + e, e);
        }
    }

    public DatabaseConnection connection() {
        return connection;
    }

    @Override
    public void close() {
        command.run("pg_ctl", List.of("stop", "-D", cluster.toString(), "-m", "fast", "-t", "30", "-w"));
    }

    /** In a draft directory first: a start that is killed meanwhile leaves no half a cluster. */
    private static void create(Path cluster, PostgresCommand command, String password) throws IOException {
        Path draft =
                cluster.resolveSibling("creating-" + ProcessHandle.current().pid());
        Path passwordFile = cluster.resolveSibling("password");
        PrivateFiles.write(passwordFile, password);
        try {
            command.run(
                    "initdb",
                    List.of(
                            "-D",
                            draft.toString(),
                            "-U",
                            USER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8"));
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Files.move(draft, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private static int launch(Path cluster, Path log, PostgresCommand command, IntSupplier ports, int attempts)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = ports.getAsInt();
            Files.writeString(cluster.resolve("postgresql.conf"), SETTINGS.formatted(Ports.HOST, port));
            Files.deleteIfExists(log);
            try {
                command.run(
                        "pg_ctl", List.of("start", "-D", cluster.toString(), "-l", log.toString(), "-t", "60", "-w"));
                return port;
            } catch (StartException e) {
                if (attempt == attempts || !isTakenPort(log)) {
                    throw new StartException("The embedded PostgreSQL does not start: " + PostgresCommand.tail(log), e);
                }
            }
        }
    }

    private static boolean isTakenPort(Path log) throws IOException {
        return Files.exists(log) && Files.readString(log).contains("Address already in use");
    }
}
