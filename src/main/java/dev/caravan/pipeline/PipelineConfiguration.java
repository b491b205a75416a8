package dev.caravan.pipeline;

import dev.caravan.connection.Demo;
import dev.caravan.kamelet.KameletCatalog;
import java.nio.file.Path;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Wires the pipelines. */
@Configuration(proxyBeanMethods = false)
class PipelineConfiguration {
    @Bean
    PipelineStore pipelineStore(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new JdbcPipelineStore(jdbc, new TransactionTemplate(transactions));
    }

    @Bean
    PipelineRules pipelineRules(KameletCatalog catalog, PipelineCheck check) {
        return new PipelineRules(catalog, check);
    }

    @Bean
    PipelineChanges pipelineChanges(
            PipelineStore store, ApplicationEventPublisher events, PlatformTransactionManager transactions) {
        return new PipelineChanges(store, events, new TransactionTemplate(transactions));
    }

    @Bean
    Pipelines pipelines(
            PipelineStore store, PipelineRules rules, PipelineChanges changes, KameletCatalog catalog, Clock clock) {
        return new Pipelines(store, rules, changes, new Secrets(catalog), clock);
    }

    /** @param routes {@code CARAVAN_ROUTES_DIR}; text, because Spring would look for a path on the class path first */
    @Bean
    ProvisionedPipelines provisionedPipelines(
            PipelineSettings settings,
            @Value("${caravan.routes.dir:routes}") String routes,
            PipelineStore store,
            PipelineRules rules,
            PipelineChanges changes,
            Demo demo,
            Clock clock) {
        Provisioning provisioning = new Provisioning(settings.project(), store, rules, changes, clock);
        return new ProvisionedPipelines(new PipelineFiles(Path.of(routes), demo.on()), provisioning, settings.reload());
    }

    /** When everything else runs: reading the files compiles routes and starts pipelines. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> readPipelineFiles(ProvisionedPipelines provisioned) {
        return ready -> provisioned.start();
    }

    /** The schema of pipeline documents for editors, with the Kamelets that this program has found. Needs no key. */
    @Bean
    RouterFunction<ServerResponse> pipelineSchema(KameletCatalog catalog) {
        String schema = PipelineSchema.of(catalog).toPrettyString();
        return RouterFunctions.route()
                .GET(PipelineSchema.PATH, request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(schema))
                .build();
    }
}
