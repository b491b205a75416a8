package dev.caravan.route;

import dev.caravan.connection.DataDirectory;
import dev.caravan.connection.KafkaConnection;
import dev.caravan.delivery.Delivery;
import dev.caravan.delivery.Faults;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.Replays;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.pipeline.PipelineCheck;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.sql.SqlEngine;
import dev.caravan.sql.SqlGuard;
import dev.caravan.sql.SqlSettings;
import dev.caravan.trace.Spans;
import dev.caravan.wait.Resumptions;
import dev.caravan.wait.TopicSignals;
import dev.caravan.wait.Waits;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the routes. */
@Configuration(proxyBeanMethods = false)
class RouteConfiguration {
    /** Name of this process in the ledger and in the lifecycle's reports; new with every start. */
    @Bean
    ReplicaName replicaName() {
        return new ReplicaName(ProcessHandle.current().pid() + "-"
                + UUID.randomUUID().toString().substring(0, 8));
    }

    @Bean(destroyMethod = "close")
    Admin kafkaAdmin(KafkaConnection kafka) {
        return Admin.create(kafka.with(Map.of()));
    }

    @Bean
    Topics topics(Admin admin) {
        return new Topics(admin);
    }

    @Bean
    ConsumerGroups consumerGroups(Admin admin) {
        return new ConsumerGroups(admin);
    }

    @Bean
    PipelineTopics pipelineTopics(Topics topics) {
        return new PipelineTopics(topics);
    }

    @Bean
    RouteCompiler routeCompiler(KameletCatalog catalog) {
        return new RouteCompiler(catalog);
    }

    @Bean
    CamelRoutes camelRoutes(CamelContext camel) {
        return new CamelRoutes((ModelCamelContext) camel);
    }

    @Bean(destroyMethod = "close")
    SqlGuard sqlGuard() {
        return new SqlGuard();
    }

    @Bean(destroyMethod = "close")
    SqlEngine bindingEngine(DataDirectory data, SqlSettings settings, SqlGuard guard) {
        return new SqlEngine(data.spool().resolve("binding"), settings, guard);
    }

    @Bean
    PipelineCheck pipelineCheck(RouteCompiler compiler, CamelRoutes camel, SqlGuard guard, SqlEngine bindingEngine) {
        return new RouteChecks(compiler, camel, new StepChecks(guard, bindingEngine));
    }

    @Bean
    BatchSpans batchSpans(Spans spans, Clock clock) {
        return new BatchSpans(spans, clock);
    }

    @Bean
    PipelineRoutes pipelineRoutes(
            CamelContext camel,
            RouteCompiler compiler,
            CamelRoutes camelRoutes,
            PipelineStore store,
            SqlSettings sql,
            SqlGuard guard,
            KafkaConnection kafka,
            Topics topics,
            TopicSignals topicSignals,
            PipelineTopics pipelineTopics,
            Ledger ledger,
            Faults faults,
            Clock clock,
            ReplicaName replica,
            DataDirectory data,
            BatchSpans spans) {
        Path spool = data.spool();
        UnaryOperator<Properties> clientProperties = camels -> {
            Properties properties = new Properties();
            properties.putAll(camels);
            properties.putAll(kafka.with(Map.of()));
            return properties;
        };
        ConfiguredSources sources = new ConfiguredSources(
                camelRoutes, clientProperties, topics, pipelineTopics, ledger, faults, clock, replica.value());
        PipelineRoutes routes = new PipelineRoutes(
                compiler,
                camelRoutes,
                store,
                pipeline -> VersionRuntime.create(pipeline, Schemas.stored(store), sql, guard, spool),
                sources,
                new SignalReaders(kafka, topics, topicSignals, clock));
        camelRoutes.bind(RouteCompiler.DISPATCH, new BatchDispatch(camel.createProducerTemplate(), spans));
        camelRoutes.bind(RowByRow.OPEN, new RowByRow.Open(routes, compiler));
        camelRoutes.bind(RowByRow.COLLECT, new RowByRow.Collect());
        camelRoutes.bind(RowByRow.CLOSE, new RowByRow.Close(routes));
        return routes;
    }

    @Bean
    Replayer replayer(
            PipelineRoutes routes,
            Replays replays,
            Resumer resumer,
            CamelRoutes camel,
            ReplicaName replica,
            BatchSpans spans) {
        // not the Camel context itself: Spring starts what a lifecycle bean is made of, before Camel has its routes
        return new Replayer(routes, replays, resumer, camel.producer(), replica.value(), spans);
    }

    @Bean
    Previews previews(
            PipelineRoutes routes,
            RouteCompiler compiler,
            CamelRoutes camelRoutes,
            PipelineStore store,
            SqlGuard guard,
            CamelContext camel,
            DataDirectory data) {
        camelRoutes.bind(PreviewTap.NAME, new PreviewTap());
        return new Previews(
                routes,
                compiler,
                camelRoutes,
                camel.createProducerTemplate(),
                (pipeline, id) ->
                        VersionRuntime.create(pipeline, Schemas.seen(store, id), Previews.LIMITS, guard, data.spool()));
    }

    @Bean
    LatestMessages latestMessages(KafkaConnection kafka) {
        return new LatestMessages(kafka);
    }

    @Bean
    OldestMessage oldestMessage(KafkaConnection kafka) {
        return new OldestMessage(kafka);
    }

    @Bean
    Resumer resumer(Resumptions resumptions, Replays replays, TransactionTemplate transaction) {
        return new Resumer(resumptions, replays, transaction);
    }

    @Bean
    WaitNews waitNews(Resumptions resumptions, TopicSignals signals) {
        return new WaitNews(resumptions, signals);
    }

    /** Where the Kamelet of waits looks for it; nothing is compiled before the pipelines start. */
    @Bean("caravan-parking")
    ParkingLot parkingLot(PipelineRoutes routes, Delivery delivery, Waits waits) {
        return new ParkingLot(routes, delivery, waits);
    }
}
