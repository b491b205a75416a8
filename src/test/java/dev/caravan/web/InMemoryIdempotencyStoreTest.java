package dev.caravan.web;

class InMemoryIdempotencyStoreTest extends IdempotencyStoreContract {
    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();

    @Override
    IdempotencyStore store() {
        return store;
    }

    @Override
    void age(IdempotencyKey key) {
        store.age(key);
    }
}
