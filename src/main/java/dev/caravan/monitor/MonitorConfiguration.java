package dev.caravan.monitor;

import dev.caravan.access.Scope;
import dev.caravan.lifecycle.Move;
import dev.caravan.lifecycle.Transitions;
import dev.caravan.route.OldestMessage;
import dev.caravan.route.ReplicaName;
import dev.caravan.route.Topics;
import dev.caravan.web.Answer;
import dev.caravan.web.DirectAnswer;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Wires the monitor, and what the routes of {@code /v0} end at. */
@Configuration(proxyBeanMethods = false)
class MonitorConfiguration {
    @Bean
    @ConditionalOnProperty(name = "caravan.monitor.enabled", matchIfMissing = true)
    MonitorNews monitorNews(EventStore store, MonitorSettings settings, PlatformTransactionManager transactions) {
        return new MonitorNews(
                store, new EventWriter(store, settings, store::now), new TransactionTemplate(transactions));
    }

    @Bean
    MonitorClock monitorClock(
            EventStore store,
            EventRetention retention,
            Optional<MonitorNews> news,
            Streams streams,
            Transitions transitions,
            Figures figures,
            MonitorSettings settings) {
        return new MonitorClock(store, retention, news, streams, transitions, figures, settings);
    }

    @Bean
    Figures figures(
            FigureQueries queries,
            Topics topics,
            OldestMessage oldest,
            MeterRegistry registry,
            ReplicaName replica,
            Streams streams) {
        return new Figures(queries, topics, oldest, registry, replica, streams);
    }

    @Bean
    Endpoint v0Events(Failures failures, EventApi api) {
        return Asked.endpoint(failures, Scope.PIPELINES_READ, api::list);
    }

    @Bean
    Endpoint v0Event(Failures failures, EventApi api) {
        return Asked.endpoint(failures, Scope.PIPELINES_READ, api::get);
    }

    @Bean
    Endpoint v0Pipelines(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_READ, api::list);
    }

    @Bean
    Endpoint v0Pipeline(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_READ, api::get);
    }

    @Bean
    Endpoint v0Stats(Failures failures, PipelineCalls api, Stats stats) {
        return Asked.endpoint(failures, Scope.PIPELINES_READ, asked -> {
            asked.query().check();
            return Answer.json(200, stats.of(api.find(asked)));
        });
    }

    @Bean
    Endpoint v0Start(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_WRITE, api::start);
    }

    @Bean
    Endpoint v0Stop(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_WRITE, api::stop);
    }

    @Bean
    Endpoint v0Pause(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_WRITE, asked -> api.moved(asked, Move.PAUSE));
    }

    @Bean
    Endpoint v0Resume(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_WRITE, asked -> api.moved(asked, Move.RESUME));
    }

    @Bean
    Endpoint v0Clear(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_WRITE, asked -> api.moved(asked, Move.CLEAR));
    }

    @Bean
    Endpoint v0Dismiss(Failures failures, PipelineCalls api) {
        return Asked.endpoint(failures, Scope.PIPELINES_WRITE, api::dismiss);
    }

    @Bean
    Endpoint v0Config(Failures failures) {
        return Asked.endpoint(failures, Scope.PIPELINES_READ, ServerView::answer);
    }

    @Bean
    RouterFunction<ServerResponse> v0Streams(Failures failures, StreamApi api) {
        ServerResponse events = new DirectAnswer(failures, api::events);
        ServerResponse logs = new DirectAnswer(failures, api::logs);
        return RouterFunctions.route(DirectAnswer.get("/v0/pipelines/{name}/events/stream"), request -> events)
                .andRoute(DirectAnswer.get("/v0/pipelines/{name}/logs"), request -> logs);
    }
}
