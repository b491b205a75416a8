package dev.caravan.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.problem.Problem;
import dev.caravan.web.Fields;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The query of a URL, read as strictly as a body: ask for every parameter, then call {@link #check}. */
final class QueryFields {
    private static final int PAGE = 50;
    private static final int MAX_PAGE = 1_000;
    private static final int LONGEST_NUMBER = 9;

    private final Fields fields;

    QueryFields(Map<String, String[]> parameters) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        parameters.forEach((name, values) -> object.put(name, values[0]));
        fields = new Fields(object, "");
        parameters.forEach((name, values) -> {
            if (values.length > 1) {
                fields.wrong(name, "is there twice");
            }
        });
    }

    @Nullable String text(String name) {
        return fields.text(name);
    }

    int limit() {
        String text = text("limit");
        if (text == null) {
            return PAGE;
        }
        boolean number = text.length() <= LONGEST_NUMBER && text.matches("[0-9]+");
        int limit = number ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_PAGE) {
            fields.wrong("limit", "has to be a whole number from 1 to " + MAX_PAGE);
            return PAGE;
        }
        return limit;
    }

    WebhookDelivery.@Nullable Status status() {
        String text = text("status");
        if (text == null) {
            return null;
        }
        for (WebhookDelivery.Status status : WebhookDelivery.Status.values()) {
            if (status.wireName().equals(text)) {
                return status;
            }
        }
        String known = Arrays.stream(WebhookDelivery.Status.values())
                .map(WebhookDelivery.Status::wireName)
                .collect(Collectors.joining(", "));
        fields.wrong("status", "is none of " + known);
        return null;
    }

    /** @throws Problem with everything that is wrong */
    void check() {
        fields.check();
    }
}
