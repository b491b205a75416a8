package dev.caravan.startup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.connection.StartException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.PortInUseException;

class StartFailureReportTest {
    @Test
    void theSentenceOfAStartExceptionIsAllThatIsSaid() {
        StartException inner = new StartException("Another Caravan is running.", new IllegalStateException("lock"));
        assertThat(StartFailureReport.sentence(new IllegalStateException("bean", inner)))
                .contains("Another Caravan is running.");
    }

    @Test
    void aPortThatIsTakenIsSaidWithItsSetting() {
        assertThat(StartFailureReport.sentence(new PortInUseException(8080)))
                .contains("Port 8080 for HTTP is taken; set CARAVAN_PORT to a free port, or to 0 for any.");
    }

    @Test
    void whatNobodyFromOutsideCanMendIsLeftToSpring() {
        assertThat(StartFailureReport.sentence(new IllegalStateException("a bug")))
                .isEmpty();
    }
}
