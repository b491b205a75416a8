package dev.caravan.webhook;

import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Cursor;
import dev.caravan.web.Envelope;
import dev.caravan.web.QueryFields;
import dev.caravan.web.RequestBody;
import dev.caravan.web.WebReason;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** {@code /webhooks}: reads each request, has it done, and gives the answer its shape. */
final class WebhookApi {
    private static final int PAGE = 50;
    private static final int MAX_PAGE = 1_000;

    private final Webhooks webhooks;
    private final Envelope envelope;

    WebhookApi(Webhooks webhooks, Envelope envelope) {
        this.webhooks = webhooks;
        this.envelope = envelope;
    }

    private record Done(int status, Object data) {}

    Answer answer(HttpServletRequest request) {
        Done done = done(request);
        return new Answer(done.status, "application/json", envelope.success(request, done.data));
    }

    private Done done(HttpServletRequest request) {
        Caller caller = Caller.of(request);
        caller.require(Scope.WEBHOOKS_WRITE);
        try {
            return done(request, caller.project(), segments(request));
        } catch (DataAccessException | TransactionException e) {
            throw new Problem(WebReason.UNAVAILABLE, "The database does not answer; try again.");
        }
    }

    /** @param path what is after {@code /webhooks} */
    private Done done(HttpServletRequest request, String project, List<String> path) {
        String method = request.getMethod();
        QueryFields query = new QueryFields(request);
        if (path.isEmpty()) {
            return method.equals("POST") ? create(request, query, project) : list(query, project);
        }
        String id = path.get(0);
        if (path.size() == 1) {
            query.check();
            return method.equals("DELETE") ? delete(project, id) : new Done(200, view(webhooks.get(project, id)));
        }
        if (path.size() == 2) {
            return deliveries(query, project, id);
        }
        query.check();
        return new Done(202, Views.DeliveryView.of(webhooks.redeliver(project, id, path.get(2))));
    }

    private Done create(HttpServletRequest request, QueryFields query, String project) {
        query.check();
        return new Done(201, Views.CreatedView.of(webhooks.create(project, RequestBody.of(request))));
    }

    private Done list(QueryFields query, String project) {
        Long before = Cursor.number(query.text("cursor"));
        int limit = query.number("limit", 1, MAX_PAGE, PAGE);
        query.check();
        List<Webhook> found = webhooks.list(project, before, limit + 1);
        return new Done(200, page(found, limit, Webhook::position, WebhookApi::view));
    }

    private Done delete(String project, String id) {
        webhooks.delete(project, id);
        return new Done(200, Map.of("id", id, "deleted", true));
    }

    private Done deliveries(QueryFields query, String project, String id) {
        Long before = Cursor.number(query.text("cursor"));
        int limit = query.number("limit", 1, MAX_PAGE, PAGE);
        WebhookDelivery.Status status = query.read("status", WebhookDelivery.Status.KNOWN, WebhookDelivery.Status::of);
        query.check();
        List<WebhookDelivery> found = webhooks.deliveries(project, id, status, before, limit + 1);
        return new Done(200, page(found, limit, WebhookDelivery::position, Views.DeliveryView::of));
    }

    private static Views.WebhookView view(Webhook webhook) {
        return Views.WebhookView.of(webhook);
    }

    private static List<String> segments(HttpServletRequest request) {
        return Arrays.stream(request.getRequestURI().split("/"))
                .filter(segment -> !segment.isEmpty())
                .skip(1)
                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
    }

    /** @param found one more than the page takes, when there is more */
    private static <T, V> Views.Page<V> page(
            List<T> found, int limit, ToLongFunction<T> position, Function<T, V> view) {
        boolean more = found.size() > limit;
        List<T> shown = more ? found.subList(0, limit) : found;
        String next = more ? Cursor.of(String.valueOf(position.applyAsLong(shown.get(limit - 1)))) : null;
        return new Views.Page<>(shown.stream().map(view).toList(), next);
    }
}
