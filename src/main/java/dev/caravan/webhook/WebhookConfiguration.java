package dev.caravan.webhook;

import dev.caravan.connection.Bundled;
import dev.caravan.trace.Spans;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Envelope;
import dev.caravan.web.Failures;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the webhooks. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration TOTAL = Duration.ofSeconds(15);

    @Bean
    Addresses webhookAddresses(WebhookSettings settings, Bundled bundled) {
        boolean allowPrivate = settings.allowPrivate() == null ? bundled.all() : settings.allowPrivate();
        return new Addresses(InetAddress::getAllByName, allowPrivate);
    }

    @Bean
    DeliveryQueue webhookQueue(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new DeliveryQueue(jdbc, new TransactionTemplate(transactions));
    }

    @Bean
    Sender webhookSender(Addresses addresses, Clock clock, Spans spans) {
        return new Sender(
                addresses, WebhookClient.open(CONNECT, TOTAL, ClientTlsStrategyBuilder.create()), TOTAL, clock, spans);
    }

    @Bean
    Dispatcher webhookDispatcher(DeliveryQueue queue, Sender sender) {
        return new Dispatcher(queue, sender);
    }

    @Bean
    Retention webhookRetention(DeliveryQueue queue, WebhookSettings settings) {
        return new Retention(queue, settings.retention());
    }

    @Bean
    Subscriptions webhookSubscriptions(JdbcClient jdbc) {
        return new Subscriptions(jdbc);
    }

    @Bean
    WebhookNews webhookNews(JdbcClient jdbc, Dispatcher dispatcher, Subscriptions subscriptions) {
        return new WebhookNews(new Outbox(jdbc, dispatcher::nudge), subscriptions);
    }

    @Bean
    Webhooks webhooks(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            Addresses addresses,
            Subscriptions subscriptions,
            Dispatcher dispatcher,
            WebhookSettings settings) {
        WebhookStore store = new WebhookStore(jdbc, new TransactionTemplate(transactions));
        return new Webhooks(store, addresses, subscriptions, dispatcher::nudge, settings.maxPerProject());
    }

    @Bean
    Endpoint webhookApi(Webhooks webhooks, Envelope envelope, Failures failures) {
        return new Endpoint(failures, new WebhookApi(webhooks, envelope)::answer);
    }
}
