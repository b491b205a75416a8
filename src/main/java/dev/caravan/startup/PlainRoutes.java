package dev.caravan.startup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Has Camel look for plain routes where there is a directory for them: it does not start on one that is missing. */
final class PlainRoutes implements EnvironmentPostProcessor {
    static final String PATTERN = "caravan.routes.pattern";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String directory = environment.getProperty("caravan.routes.dir", "routes");
        if (Files.isDirectory(Path.of(directory))) {
            Map<String, Object> pattern = Map.of(PATTERN, ",file:" + directory + "/*.camel.yaml");
            environment.getPropertySources().addLast(new MapPropertySource("plain routes", pattern));
        }
    }
}
