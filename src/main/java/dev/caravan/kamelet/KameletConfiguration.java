package dev.caravan.kamelet;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the catalogue. */
@Configuration(proxyBeanMethods = false)
class KameletConfiguration {
    @Bean
    KameletCatalog kameletCatalog(KameletSettings settings) {
        return KameletFiles.load(settings.dir());
    }
}
