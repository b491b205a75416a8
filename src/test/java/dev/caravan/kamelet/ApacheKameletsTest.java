package dev.caravan.kamelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each Kamelet of Apache's catalogue that is allowed works here, on one message that is a JSON object. */
class ApacheKameletsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MESSAGE = "{\"id\":7,\"card\":\"4111\",\"name\":\"Ada\"}";
    private static final Map<String, Map<String, String>> VALUES = new TreeMap<>(Map.of(
            "drop-field-action", Map.of("field", "card"),
            "hoist-field-action", Map.of("field", "order"),
            "insert-field-action", Map.of("field", "country", "value", "NO"),
            "mask-field-action", Map.of("fields", "card", "replacement", "x"),
            "replace-field-action", Map.of("renames", "id:order_id")));
    private static final Map<String, String> RESULTS = Map.of(
            "drop-field-action", "{\"id\":7,\"name\":\"Ada\"}",
            "hoist-field-action", "{\"order\":{\"id\":7,\"card\":\"4111\",\"name\":\"Ada\"}}",
            "insert-field-action", "{\"id\":7,\"card\":\"4111\",\"name\":\"Ada\",\"country\":\"NO\"}",
            "mask-field-action", "{\"id\":7,\"card\":\"x\",\"name\":\"Ada\"}",
            "replace-field-action", "{\"order_id\":7,\"card\":\"4111\",\"name\":\"Ada\"}");

    private final CamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void start() {
        camel.start();
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
    }

    @Test
    void eachAllowedOneTurnsAMessageIntoAnother() throws Exception {
        assertThat(VALUES.keySet()).isEqualTo(new TreeSet<>(KameletFiles.ALLOWED));
        Map<String, Object> results = new LinkedHashMap<>();
        for (String kamelet : VALUES.keySet()) {
            results.put(kamelet, JSON.readTree(through(kamelet, VALUES.get(kamelet))));
        }
        for (String kamelet : VALUES.keySet()) {
            assertThat(results.get(kamelet)).as(kamelet).isEqualTo(JSON.readTree(RESULTS.get(kamelet)));
        }
    }

    @Test
    void theCatalogueTellsThemFromOurs() {
        KameletCatalog catalog = KameletCatalog.load(null);
        assertThat(KameletFiles.ALLOWED)
                .allSatisfy(name -> assertThat(catalog.get(name).batch()).isFalse());
        assertThat(catalog.find("set-body-action")).isEmpty();
        assertThat(catalog.get("kafka-batch-source").parameters()).containsKey("pipeline");
    }

    private String through(String kamelet, Map<String, String> values) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                String query = values.entrySet().stream()
                        .map(value -> value.getKey() + "=" + value.getValue())
                        .collect(Collectors.joining("&"));
                from("direct:" + kamelet).to("kamelet:" + kamelet + "?" + query);
            }
        });
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            Exchange out = template.request("direct:" + kamelet, exchange -> {
                exchange.getMessage().setBody(MESSAGE);
                exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
            });
            if (out.getException() != null) {
                throw out.getException();
            }
            return out.getMessage().getBody(String.class);
        }
    }
}
