package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import org.junit.jupiter.api.Test;

/** What makes {@code openapi.yaml} one document. */
class OpenapiTest {
    @Test
    void nothingIsThereTwiceAndEveryReferenceLeadsSomewhere() throws Exception {
        ObjectMapper strict = new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        try (var text = OpenapiTest.class.getResourceAsStream("/openapi.yaml")) {
            JsonNode document = strict.readTree(text);

            assertThat(document.findValuesAsText("$ref")).isNotEmpty().allSatisfy(reference -> assertThat(
                            document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse());
        }
    }
}
