package dev.caravan.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.PipelineSpecs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretValuesTest {
    @Test
    void whatAStepKeepsSecretIsNotInTheFailureOfACall(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("vault-sink.kamelet.yaml"), """
                kind: Kamelet
                metadata:
                  name: vault-sink
                  labels: {camel.apache.org/kamelet.type: sink, caravan.dev/batch: "true"}
                spec:
                  definition:
                    title: Vault
                    description: Keeps things.
                    properties:
                      address: {title: Address, description: Where it is., type: string}
                      token: {title: Token, description: Opens it., type: string, format: password}
                """);
        KameletCatalog catalog = KameletCatalog.load(directory);
        PipelineSpec spec = PipelineSpecs.read("""
                {"name": "orders", "steps": [{"name": "v", "kamelet": "vault-sink",
                  "properties": {"address": "vault.example", "token": "p@ss word"}}]}""", catalog);
        SecretValues secrets = SecretValues.of(spec, catalog);

        assertThat(secrets.hiddenIn("no GET http://vault.example?t=p@ss word&u=p%40ss+word"))
                .isEqualTo("no GET http://vault.example?t=***&u=***");
        assertThat(secrets.toString()).doesNotContain("p@ss");
    }

    @Test
    void aSecretThatIsAPartOfAnotherLeavesNothingOfIt() {
        SecretValues both =
                SecretValues.all(Stream.of(new SecretValues(List.of("hunter")), new SecretValues(List.of("hunter22"))));

        assertThat(both.hiddenIn("hunter22 and hunter")).isEqualTo("*** and ***");
    }
}
