package dev.caravan.route;

import dev.caravan.delivery.Faults;
import dev.caravan.delivery.Ledger;
import dev.caravan.pipeline.Pipeline;
import java.time.Clock;
import java.util.Properties;
import java.util.function.UnaryOperator;

/** Binds each pipeline's source where its Kamelet looks for it. */
final class ConfiguredSources implements BatchSourceFactory {
    private final CamelRoutes camel;
    private final UnaryOperator<Properties> clientProperties;
    private final Topics topics;
    private final PipelineTopics pipelineTopics;
    private final Ledger ledger;
    private final Faults faults;
    private final Clock clock;
    private final String owner;

    ConfiguredSources(
            CamelRoutes camel,
            UnaryOperator<Properties> clientProperties,
            Topics topics,
            PipelineTopics pipelineTopics,
            Ledger ledger,
            Faults faults,
            Clock clock,
            String owner) {
        this.camel = camel;
        this.clientProperties = clientProperties;
        this.topics = topics;
        this.pipelineTopics = pipelineTopics;
        this.ledger = ledger;
        this.faults = faults;
        this.clock = clock;
        this.owner = owner;
    }

    @Override
    public void bind(
            Pipeline pipeline, SourceRuntime.Versions versions, SourceControl control, SourceListener listener) {
        pipelineTopics.ensure(pipeline);
        SourceRuntime runtime = new SourceRuntime(
                pipeline.id(),
                owner,
                pipeline.spec().options().startFrom(),
                versions,
                control,
                listener,
                () -> topics.id(pipeline.topic()));
        camel.bind(name(pipeline.id()), new BatchSource(clientProperties, runtime, ledger, faults, clock));
    }

    @Override
    public void unbind(String pipelineId) {
        camel.unbind(name(pipelineId));
    }

    private static String name(String pipelineId) {
        return "caravan-source-" + pipelineId;
    }
}
