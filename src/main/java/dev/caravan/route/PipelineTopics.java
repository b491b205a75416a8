package dev.caravan.route;

import dev.caravan.pipeline.Pipeline;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the topic of a pipeline that has one of its own; declared topics belong to somebody else. */
public final class PipelineTopics {
    private static final int PARTITIONS = 4;

    private final Topics topics;
    private final Set<String> made = ConcurrentHashMap.newKeySet();

    PipelineTopics(Topics topics) {
        this.topics = topics;
    }

    /** Asks the broker once; a topic that is there stays as it is. */
    public void ensure(Pipeline pipeline) {
        if (pipeline.spec().options().event() == null && !made.contains(pipeline.topic())) {
            topics.ensure(pipeline.topic(), PARTITIONS);
            made.add(pipeline.topic());
        }
    }
}
