package dev.caravan.access;

class ApiKeysTest extends ApiKeysContract {
    private InMemoryApiKeyStore store;

    @Override
    ApiKeyStore store() {
        // asked for while the superclass is made
        store = store == null ? new InMemoryApiKeyStore() : store;
        return store;
    }

    @Override
    ApiKeyStore otherReplica() {
        return store();
    }
}
