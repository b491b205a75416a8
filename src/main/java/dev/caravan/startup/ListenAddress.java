package dev.caravan.startup;

import dev.caravan.connection.Bundled;
import dev.caravan.connection.StartException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** Chooses the address of the HTTP server: a Caravan that is all by itself is nobody else's business. */
@Component
final class ListenAddress implements WebServerFactoryCustomizer<ConfigurableWebServerFactory> {
    private final Bundled bundled;
    private final StartupSettings settings;
    private final ServerProperties server;

    ListenAddress(Bundled bundled, StartupSettings settings, ServerProperties server) {
        this.bundled = bundled;
        this.settings = settings;
        this.server = server;
    }

    @Override
    public void customize(ConfigurableWebServerFactory factory) {
        String bind = settings.bind();
        if (bind != null && !bind.isBlank()) {
            factory.setAddress(address(bind));
        } else if (server.getAddress() == null && bundled.all()) {
            factory.setAddress(InetAddress.getLoopbackAddress());
        }
    }

    private static InetAddress address(String bind) {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new StartException("CARAVAN_BIND must be an address of this machine, and is " + bind + ".", e);
        }
    }
}
