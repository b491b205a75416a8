package dev.caravan.startup;

import dev.caravan.connection.StartException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says in one sentence why Caravan does not start, where a person can do something about it. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureReport implements SpringBootExceptionReporter {
    private static final Logger log = LoggerFactory.getLogger("dev.caravan.Caravan");

    /** Made by Spring Boot, which gives what there is of the application. */
    StartFailureReport(@Nullable ConfigurableApplicationContext context) {}

    @Override
    public boolean reportException(Throwable failure) {
        Optional<String> sentence = sentence(failure);
        sentence.ifPresent(text -> {
            log.error(text);
            log.debug("The failure behind it", failure);
        });
        return sentence.isPresent();
    }

    static Optional<String> sentence(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof StartException) {
                return Optional.ofNullable(t.getMessage());
            }
            if (t instanceof PortInUseException taken) {
                return Optional.of("Port " + taken.getPort()
                        + " for HTTP is taken; set CARAVAN_PORT to a free port, or to 0 for any.");
            }
            if (t instanceof BindException wrong) {
                return Optional.of("The setting " + wrong.getName() + " cannot be read: " + innermost(wrong) + ".");
            }
        }
        return Optional.empty();
    }

    private static @Nullable String innermost(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }
}
