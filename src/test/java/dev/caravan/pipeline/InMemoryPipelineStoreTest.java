package dev.caravan.pipeline;

class InMemoryPipelineStoreTest extends PipelineStoreContract {
    private final PipelineStore store = new InMemoryPipelineStore();

    @Override
    PipelineStore store() {
        return store;
    }
}
