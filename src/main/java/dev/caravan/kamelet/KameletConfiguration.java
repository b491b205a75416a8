package dev.caravan.kamelet;

import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the catalogue. */
@Configuration(proxyBeanMethods = false)
class KameletConfiguration {
    @Bean
    KameletCatalog kameletCatalog(KameletSettings settings) {
        String directory = settings.dir();
        return KameletCatalog.load(directory == null || directory.isBlank() ? null : Path.of(directory));
    }
}
