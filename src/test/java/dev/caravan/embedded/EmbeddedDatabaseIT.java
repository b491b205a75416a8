package dev.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.connection.StartException;
import dev.caravan.testing.Servers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseIT {
    @TempDir
    Path directory;

    private ServerSocket other;

    @BeforeEach
    void somebodyElseWasQuicker() throws IOException {
        other = new ServerSocket(0, 50, InetAddress.getByName(Ports.HOST));
    }

    @AfterEach
    void close() throws IOException {
        other.close();
    }

    private EmbeddedDatabase start(Integer... ports) {
        Deque<Integer> left = new ArrayDeque<>(List.of(ports));
        return EmbeddedDatabase.start(directory, Servers.binaries(), left::removeFirst, ports.length, "password");
    }

    @Test
    void aPortThatIsTakenBetweenChoiceAndStartIsReplacedByAnother() {
        int free = dev.caravan.testing.Ports.free();
        try (EmbeddedDatabase database = start(other.getLocalPort(), free)) {
            assertThat(database.connection().url()).contains(":" + free + "/");
        }
    }

    @Test
    void whenAllAreTakenTheLastLinesOfTheServerSaySo() {
        int taken = other.getLocalPort();
        assertThatThrownBy(() -> start(taken, taken))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("does not start");
    }
}
