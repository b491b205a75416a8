package dev.caravan.startup;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.678Z");

    private static LoggingEvent event(String message, Throwable error, Map<String, String> circumstances) {
        LoggingEvent event = new LoggingEvent(
                "fqcn", new LoggerContext().getLogger("dev.caravan.Some"), Level.WARN, message, error, null);
        event.setInstant(THEN);
        event.setMDCPropertyMap(circumstances);
        return event;
    }

    @Test
    void anEntryIsOneLineWithItsCircumstancesAsFields() throws Exception {
        String line = new JsonLines()
                .format(event(
                        "two\nlines \"quoted\"",
                        null,
                        Map.of("request_id", "req_1", "pipeline", "pl_1", "claim", "c1", "offsets", "orders-0[3..9]")));

        assertThat(line).endsWith("\n").hasLineCount(1);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("ts").asText()).isEqualTo(THEN.toString());
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.path("message").asText()).isEqualTo("two\nlines \"quoted\"");
        assertThat(json.path("request_id").asText()).isEqualTo("req_1");
        assertThat(json.path("pipeline").asText()).isEqualTo("pl_1");
        assertThat(json.path("claim").asText()).isEqualTo("c1");
        assertThat(json.path("offsets").asText()).isEqualTo("orders-0[3..9]");
    }

    @Test
    void anErrorIsInTheSameLine() throws Exception {
        String line = new JsonLines().format(event("failed", new IllegalStateException("why"), Map.of()));

        assertThat(line).hasLineCount(1);
        assertThat(new ObjectMapper().readTree(line).path("error").asText())
                .contains("IllegalStateException: why")
                .contains("anErrorIsInTheSameLine");
    }
}
