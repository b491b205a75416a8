package dev.caravan.webhook;

import dev.caravan.problem.Problem;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be done with the webhooks of a project; those of others do not exist. */
final class Webhooks {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_LENGTH = 16;
    private static final int LOOKUP_SECONDS = 2;

    private final WebhookStore store;
    private final Addresses addresses;
    private final Subscriptions subscriptions;
    private final Runnable due;
    private final int maxPerProject;

    /** @param due is called when there is something to deliver */
    Webhooks(WebhookStore store, Addresses addresses, Subscriptions subscriptions, Runnable due, int maxPerProject) {
        this.store = store;
        this.addresses = addresses;
        this.subscriptions = subscriptions;
        this.due = due;
        this.maxPerProject = maxPerProject;
    }

    /** A new webhook, and the secret that is shown this once. */
    record Created(Webhook webhook, Secret secret) {}

    /** @throws Problem {@code web.invalid_fields} with all violations, {@code webhook.too_many} */
    Created create(String project, byte[] body) {
        WebhookRequest request = WebhookRequest.parse(body, this::refusal);
        WebhookStore.New webhook = new WebhookStore.New(
                newId(), project, request.url(), request.events(), request.secret(), request.description());
        Webhook stored = store.insert(webhook, maxPerProject)
                .orElseThrow(() -> new Problem(
                        WebhookReason.TOO_MANY,
                        "A project has at most " + maxPerProject + " webhooks: delete one that is not needed."));
        subscriptions.changed();
        return new Created(stored, request.secret());
    }

    /** A name that cannot be looked up now is fine: every connection looks again. */
    private Optional<String> refusal(String url) {
        try {
            TargetUrl target = TargetUrl.parse(url, addresses.allowPrivate());
            if (target.isAddress() || !addresses.allowPrivate()) {
                addresses.of(target).get(LOOKUP_SECONDS, TimeUnit.SECONDS);
            }
            return Optional.empty();
        } catch (RefusedTarget e) {
            return Optional.of(e.reason());
        } catch (ExecutionException e) {
            return e.getCause() instanceof RefusedTarget refused ? Optional.of(refused.reason()) : Optional.empty();
        } catch (TimeoutException e) {
            LOG.debug("The host of a new webhook is not looked up in time", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    Webhook get(String project, String id) {
        return store.find(project, id)
                .orElseThrow(() -> new Problem(WebhookReason.NOT_FOUND, "There is no webhook '" + id + "' here."));
    }

    List<Webhook> list(String project, @Nullable Long before, int limit) {
        return store.list(project, before, limit);
    }

    void delete(String project, String id) {
        get(project, id);
        store.delete(project, id);
        subscriptions.changed();
    }

    List<WebhookDelivery> deliveries(
            String project, String id, WebhookDelivery.@Nullable Status status, @Nullable Long before, int limit) {
        return store.deliveries(get(project, id).id(), status, before, limit);
    }

    /** Sends a message again, with the same id, at once. */
    WebhookDelivery redeliver(String project, String id, String delivery) {
        Webhook webhook = get(project, id);
        if (webhook.disabled() != null) {
            throw new Problem(
                    WebhookReason.DISABLED,
                    "The webhook is disabled because " + webhook.disabled().reason()
                            + ": delete it and create it again.");
        }
        WebhookDelivery again = store.redeliver(id, delivery)
                .orElseThrow(() -> new Problem(
                        WebhookReason.DELIVERY_NOT_FOUND, "The webhook has no delivery '" + delivery + "'."));
        due.run();
        return again;
    }

    /** {@code wh_} and 80 random bits. */
    private static String newId() {
        return RANDOM.ints(ID_LENGTH, 0, LETTERS.length())
                .collect(
                        () -> new StringBuilder("wh_"),
                        (text, i) -> text.append(LETTERS.charAt(i)),
                        StringBuilder::append)
                .toString();
    }
}
