package dev.caravan.kamelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in kamelets/. */
class KameletsTest {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([^}:]+)(:[^}]*)?}}");
    private static final Pattern SECRET = Pattern.compile("(?i).*(password|secret|token|access_?key|api_?key).*");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("kamelets"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isReadByTheCatalogueUnderTheNameOfItsFile(Path file) {
        String name = name(file);
        assertThat(file.getFileName().toString()).endsWith(".kamelet.yaml");
        assertThat(KameletCatalog.load(null).get(name).batch()).isTrue();
        assertThat(name)
                .endsWith("-" + KameletCatalog.load(null).get(name).type().wireName());
    }

    @ParameterizedTest
    @MethodSource("files")
    void isReadByCamel(Path file) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            String location = "file:" + file.toAbsolutePath();
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.resolveResource(camel, location));
            assertThat(camel.getRouteTemplateDefinitions())
                    .extracting(RouteTemplateDefinition::getId)
                    .containsExactly(name(file));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void declaresWhatItUsesAndUsesWhatItDeclares(Path file) throws IOException {
        JsonNode spec = YAML.readTree(file.toFile()).path("spec");
        Set<String> declared = new TreeSet<>();
        spec.path("definition").path("properties").fieldNames().forEachRemaining(declared::add);
        Set<String> beans = new TreeSet<>();
        spec.path("template")
                .path("beans")
                .forEach(bean -> beans.add(bean.path("name").asText()));
        // Camel takes a parameter whose value is the name of a bean for that bean, so a step must not be called like
        // one
        assertThat(beans).allSatisfy(bean -> assertThat(bean).startsWith(name(file) + "."));
        Set<String> used = new TreeSet<>();
        Matcher placeholder = PLACEHOLDER.matcher(spec.path("template").toString());
        while (placeholder.find()) {
            used.add(placeholder.group(1));
        }
        assertThat(used).containsAll(beans);
        used.removeAll(beans);
        assertThat(used).isEqualTo(declared);
        List<String> required = new ArrayList<>();
        spec.path("definition").path("required").forEach(name -> required.add(name.asText()));
        assertThat(declared).containsAll(required);
    }

    @ParameterizedTest
    @MethodSource("files")
    void explainsItselfAndEachParameter(Path file) throws IOException {
        JsonNode definition = YAML.readTree(file.toFile()).path("spec").path("definition");
        explained(definition, name(file));
        definition.path("properties").fields().forEachRemaining(property -> {
            explained(property.getValue(), property.getKey());
            assertThat(property.getKey()).matches("[a-z][a-z0-9_]*");
            assertThat(property.getValue().path("type").asText())
                    .as("type of " + property.getKey())
                    .isIn("string", "integer", "number", "boolean", "array", "object");
        });
    }

    private static void explained(JsonNode schema, String what) {
        assertThat(schema.path("title").asText()).as("title of " + what).isNotBlank();
        assertThat(schema.path("description").asText())
                .as("description of " + what)
                .endsWith(".");
    }

    @ParameterizedTest
    @MethodSource("files")
    void keepsItsSecretsSecret(Path file) {
        for (KameletParameter parameter :
                KameletCatalog.load(null).get(name(file)).parameters().values()) {
            assertThat(parameter.secret())
                    .as(parameter.name())
                    .isEqualTo(SECRET.matcher(parameter.name()).matches());
            assertThat(parameter.secret() && parameter.defaultValue() != null)
                    .as("default of " + parameter.name())
                    .isFalse();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".kamelet.yaml", "");
    }
}
