package dev.caravan.startup;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Once everything is up: writes {@link EndpointsFile} and prints the {@link Banner}. */
@Component
final class Ready {
    private static final Logger log = LoggerFactory.getLogger("dev.caravan.Caravan");

    private final EndpointsFile endpoints;
    private final StartupSettings settings;
    private final Banner banner;

    Ready(EndpointsFile endpoints, StartupSettings settings, Banner banner) {
        this.endpoints = endpoints;
        this.settings = settings;
        this.banner = banner;
    }

    @EventListener
    void on(ApplicationReadyEvent event) throws IOException {
        if (!(event.getApplicationContext() instanceof ServletWebServerApplicationContext web)
                || web.getWebServer() == null) {
            return;
        }
        String http = "http://" + host() + ":" + web.getWebServer().getPort();
        endpoints.write(http);
        if (settings.banner()) {
            log.info(banner.text(http, event.getTimeTaken()));
        }
    }

    @EventListener
    void on(ContextClosedEvent event) {
        if (settings.banner() && event.getApplicationContext() instanceof ServletWebServerApplicationContext) {
            log.info("Caravan stops.");
        }
    }

    private String host() {
        String bind = settings.bind();
        return bind == null || bind.isBlank() || bind.equals("0.0.0.0") ? "127.0.0.1" : bind;
    }
}
