package dev.caravan.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class PlainRoutesTest {
    @TempDir
    Path directory;

    @Test
    void routesOfADirectoryThatIsThereAreLoaded() {
        assertThat(pattern(directory)).isEqualTo(",file:" + directory + "/*.camel.yaml");
    }

    @Test
    void aDirectoryThatIsMissingIsNoReasonNotToStart() {
        assertThat(pattern(directory.resolve("missing"))).isNull();
    }

    private static String pattern(Path routes) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("caravan.routes.dir", routes.toString())));
        new PlainRoutes().postProcessEnvironment(environment, new SpringApplication());
        return environment.getProperty(PlainRoutes.PATTERN);
    }
}
