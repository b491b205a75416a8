package dev.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.connection.StartException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void anyFreePortIsTakenUnlessOneIsWanted() {
        int free = Ports.choose(0, "Kafka", "CARAVAN_EMBEDDED_KAFKA_PORT");
        assertThat(free).isPositive();
        assertThat(Ports.choose(free, "Kafka", "CARAVAN_EMBEDDED_KAFKA_PORT")).isEqualTo(free);
    }

    @Test
    void aPortThatIsTakenIsSaidInOneSentenceWithItsSetting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
            assertThatThrownBy(() -> Ports.choose(taken.getLocalPort(), "Kafka", "CARAVAN_EMBEDDED_KAFKA_PORT"))
                    .isInstanceOf(StartException.class)
                    .hasMessage("Port " + taken.getLocalPort() + " for the embedded Kafka is taken; set "
                            + "CARAVAN_EMBEDDED_KAFKA_PORT to a free port, or to 0 for any.");
        }
    }
}
