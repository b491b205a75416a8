package dev.caravan.lifecycle;

import dev.caravan.delivery.Generations;
import dev.caravan.delivery.Ledger;
import dev.caravan.delivery.Replays;
import dev.caravan.log.LogSettings;
import dev.caravan.log.PipelineLog;
import dev.caravan.log.PipelineLogs;
import dev.caravan.pipeline.PipelineStore;
import dev.caravan.route.ConsumerGroups;
import dev.caravan.route.PipelineRoutes;
import dev.caravan.route.Replayer;
import dev.caravan.route.ReplicaName;
import dev.caravan.route.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the lifecycle. */
@Configuration(proxyBeanMethods = false)
class LifecycleConfiguration {
    @Bean
    LifecycleStore lifecycleStore(JdbcClient jdbc) {
        return new JdbcLifecycleStore(jdbc);
    }

    @Bean
    PipelineLog pipelineLog(JdbcTemplate template, LogSettings settings, Clock clock, ReplicaName name) {
        return PipelineLogs.open(template, settings, clock, name.value());
    }

    @Bean
    DeliveryNews deliveryNews(PipelineLog log) {
        return new DeliveryNews(log);
    }

    @Bean
    Replica replica(
            PipelineRoutes routes,
            PipelineStore pipelines,
            LifecycleStore store,
            Clock clock,
            PipelineLog log,
            Transitions transitions,
            MeterRegistry registry) {
        return new Replica(
                routes, pipelines, store, clock, new PipelineDiary(log), transitions, new SourceMetrics(registry));
    }

    @Bean
    Transitions transitions(
            LifecycleStore store,
            ApplicationEventPublisher events,
            PlatformTransactionManager transactions,
            ReplicaName name) {
        return new Transitions(store, events, new TransactionTemplate(transactions), name.value());
    }

    @Bean
    Reconciler reconciler(Replica replica, LifecycleStore store, Transitions transitions, ReplicaName name) {
        return new Reconciler(replica, store, transitions, name.value());
    }

    @Bean
    BrokerProbe brokerProbe(Replica replica, Topics topics) {
        return new BrokerProbe(replica, topics);
    }

    @Bean
    IdleWatch idleWatch(Replica replica, Ledger ledger, Topics topics, Replayer replayer, Reconciler reconciler) {
        return new IdleWatch(replica, ledger, topics, replayer::due, reconciler::nudge);
    }

    @Bean
    PipelineNews pipelineNews(
            LifecycleStore store, Ledger ledger, Reconciler reconciler, PipelineLog log, Transitions transitions) {
        return new PipelineNews(store, ledger, reconciler, log, transitions);
    }

    @Bean
    Lifecycle lifecycle(
            LifecycleStore store,
            Reconciler reconciler,
            Transitions transitions,
            Ledger ledger,
            Generations generations,
            Topics topics,
            PipelineStore pipelines,
            ConsumerGroups groups,
            PlatformTransactionManager transactions) {
        return new Lifecycle(
                store,
                reconciler,
                transitions,
                ledger,
                generations,
                topics,
                pipelines,
                groups,
                new TransactionTemplate(transactions));
    }

    @Bean
    Offsets offsets(
            LifecycleStore store,
            Generations generations,
            Topics topics,
            PipelineLog log,
            ApplicationEventPublisher events,
            PlatformTransactionManager transactions) {
        return new Offsets(
                store, generations, topics, new PipelineDiary(log), events, new TransactionTemplate(transactions));
    }

    @Bean
    Replaying replaying(Lifecycle lifecycle, Replays replays, Replayer replayer) {
        return new Replaying(lifecycle, replays, replayer);
    }
}
