package dev.caravan.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Problem;
import dev.caravan.web.Fields;
import dev.caravan.web.Nearest;
import dev.caravan.web.StrictJson;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /webhooks}, read strictly. */
record WebhookRequest(
        String url,
        Set<WebhookEvent> events,
        Secret secret,
        @Nullable String description) {
    private static final int LONGEST_DESCRIPTION = 500;

    /**
     * @param refusal what is wrong with a url, if anything
     * @throws Problem with everything that is wrong
     */
    static WebhookRequest parse(byte[] body, Function<String, Optional<String>> refusal) {
        Fields fields = new Fields(StrictJson.object(body), "");
        String url = fields.requiredText("url");
        if (!url.isBlank()) {
            refusal.apply(url).ifPresent(reason -> fields.wrong("url", reason));
        }
        Set<WebhookEvent> events = events(fields);
        Secret secret = secret(fields);
        String description = fields.text("description");
        if (description != null && description.length() > LONGEST_DESCRIPTION) {
            fields.wrong("description", "is longer than " + LONGEST_DESCRIPTION + " characters");
        }
        if (description != null && description.chars().anyMatch(Character::isISOControl)) {
            fields.wrong("description", "has control characters");
        }
        fields.check();
        return new WebhookRequest(url, events, secret, description);
    }

    private static Set<WebhookEvent> events(Fields fields) {
        Set<WebhookEvent> events = EnumSet.noneOf(WebhookEvent.class);
        JsonNode names = fields.any("events");
        if (names == null) {
            fields.wrong("events", "is required: name at least one event");
            return events;
        }
        if (!names.isArray() || names.isEmpty()) {
            fields.wrong("events", "has to be an array with at least one event");
            return events;
        }
        if (names.size() > WebhookEvent.values().length) {
            fields.wrong("events", "has more elements than there are events (" + WebhookEvent.values().length + ")");
            return events;
        }
        for (JsonNode name : names) {
            Optional<WebhookEvent> event = name.isTextual() ? WebhookEvent.find(name.textValue()) : Optional.empty();
            if (event.isEmpty()) {
                fields.wrong("events", "has an element that is no event" + hint(name));
            } else if (!events.add(event.get())) {
                fields.wrong("events", "has " + event.get().wireName() + " twice");
            }
        }
        return events;
    }

    private static String hint(JsonNode name) {
        String all = "; there are " + String.join(", ", WebhookEvent.wireNames());
        return Nearest.to(name.asText(), WebhookEvent.wireNames())
                .map(nearest -> ", did you mean " + nearest + "?")
                .orElse(all);
    }

    private static Secret secret(Fields fields) {
        String text = fields.text("secret");
        if (text == null) {
            return Secret.make();
        }
        Optional<Secret> given = Secret.parse(text);
        if (given.isEmpty()) {
            fields.wrong("secret", "has to be whsec_ and 24 to 64 bytes in base64; leave it out to get one");
        }
        return given.orElseGet(Secret::make);
    }
}
