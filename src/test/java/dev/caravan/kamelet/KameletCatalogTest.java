package dev.caravan.kamelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KameletCatalogTest {
    @TempDir
    Path directory;

    @Test
    void parametersAreReadWithAllThatIsSaidOfThem() throws Exception {
        write("mine-action", "mine-action", "action");
        KameletDefinition mine = KameletCatalog.load(directory).get("mine-action");
        assertThat(mine.title()).isEqualTo("Mine");
        assertThat(mine.type()).isEqualTo(KameletType.ACTION);
        assertThat(mine.batch()).isFalse();
        KameletParameter key = mine.parameters().get("key");
        assertThat(key.secret()).isTrue();
        assertThat(key.required()).isTrue();
        assertThat(key.pattern()).isEqualTo("^k.*");
        KameletParameter size = mine.parameters().get("size");
        assertThat(size.type()).isEqualTo("integer");
        assertThat(size.defaultValue()).isEqualTo(5);
        assertThat(size.minimum()).isEqualByComparingTo("1");
        assertThat(size.maximum()).isEqualByComparingTo("9");
        assertThat(mine.parameters().get("mode").values()).isEqualTo(List.<Object>of("a", "b"));
    }

    @Test
    void aNameThatComesWithCaravanCannotBeTaken() throws Exception {
        write("s3-sink", "s3-sink", "sink");
        write("log-action", "log-action", "action");
        KameletCatalog catalog = KameletCatalog.load(directory);
        assertThat(catalog.get("s3-sink").title()).isEqualTo("S3 sink");
        assertThat(catalog.find("log-action")).isEmpty();
    }

    @Test
    void aBrokenFileDoesNotKeepTheOthersFromWorking() throws Exception {
        Files.writeString(directory.resolve("broken-action.kamelet.yaml"), "kind: [");
        Files.writeString(directory.resolve("other-action.kamelet.yaml"), "kind: Pipe\n");
        write("misnamed-action", "another-action", "action");
        write("nowhere-action", "nowhere-action", "somewhere");
        write("mine-action", "mine-action", "action");
        KameletCatalog catalog = KameletCatalog.load(directory);
        assertThat(catalog.find("mine-action")).isPresent();
        assertThat(List.of("broken-action", "other-action", "misnamed-action", "another-action", "nowhere-action"))
                .allSatisfy(name -> assertThat(catalog.find(name)).isEmpty());
    }

    @Test
    void anUnknownNameComesWithTheNearestOne() {
        KameletCatalog catalog = KameletCatalog.load(directory.resolve("none"));
        Problem problem = catchThrowableOfType(Problem.class, () -> catalog.get("s3-snik"));
        assertThat(problem.detail()).isEqualTo("unknown Kamelet 's3-snik', did you mean 's3-sink'?");
        assertThat(catalog.unknown("cassandra"))
                .startsWith("unknown Kamelet 'cassandra': known are drop-field-action, hoist-field-action");
    }

    private void write(String file, String name, String type) throws IOException {
        Files.writeString(directory.resolve(file + ".kamelet.yaml"), """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: %s
                  labels: {camel.apache.org/kamelet.type: %s}
                spec:
                  definition:
                    title: Mine
                    description: Does it.
                    required: [key]
                    properties:
                      key: {title: Key, description: Opens it., type: string, format: password, pattern: "^k.*"}
                      size: {title: Size, description: How much., type: integer, default: 5, minimum: 1, maximum: 9}
                      mode: {title: Mode, description: How., type: string, enum: [a, b]}
                  template:
                    from: {uri: "kamelet:source", steps: [{to: "log:{{key}}{{size}}{{mode}}"}]}
                """.formatted(name, type));
    }
}
