package dev.caravan.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.pipeline.Pipeline;
import dev.caravan.pipeline.PipelineSpecs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pipeline.yaml} becomes {@code routes.yaml}, for each directory under {@code compile}. */
class RouteCompilerTest {
    private static final Path CASES = Path.of("src/test/resources/compile");

    private final RouteCompiler compiler = new RouteCompiler(KameletCatalog.load(null));

    @ParameterizedTest
    @ValueSource(strings = {"queries", "single-messages", "waits"})
    void aPipelineCompilesToTheseRoutes(String name) throws IOException {
        Path directory = CASES.resolve(name);
        Pipeline pipeline = new Pipeline(
                "pl_1",
                "default",
                3,
                PipelineSpecs.read(Files.readString(directory.resolve("pipeline.yaml"))),
                false,
                null,
                Instant.EPOCH,
                Instant.EPOCH);
        String routes = CompiledYaml.write(compiler.compile(pipeline));
        assertThat(routes).isEqualTo(Files.readString(directory.resolve("routes.yaml")));
    }
}
