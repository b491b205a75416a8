package dev.caravan.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for what is to happen soon, unless they say it: long enough for a small machine that does much else,
 * for waiting in vain is a failure. JUnit finds it by itself.
 */
public final class Patience implements BeforeAllCallback {
    private static final Duration DEFAULT = Duration.ofSeconds(60);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(DEFAULT);
    }
}
