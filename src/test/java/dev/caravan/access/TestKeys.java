package dev.caravan.access;

import java.util.Set;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Keys for tests that call over HTTP. */
@TestConfiguration(proxyBeanMethods = false)
public class TestKeys {
    public static final String ADMIN = "admin-key-for-tests-0123456789abcdef";
    public static final String READER = "reader-key-for-tests-0123456789abcdef";
    public static final String NOTHING = "nothing-key-for-tests-0123456789abcdef";

    @Bean
    ApiKeyStore apiKeyStore() {
        InMemoryApiKeyStore store = new InMemoryApiKeyStore();
        store.put(key("reader", READER, Set.of(Scope.PIPELINES_READ)));
        store.put(key("nothing", NOTHING, Set.of()));
        return store;
    }

    private static ApiKey key(String id, String text, Set<Scope> scopes) {
        return new ApiKey(id, "default", id, KeyHash.of(text), scopes, null, null);
    }
}
