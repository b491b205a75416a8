package dev.caravan.wait;

import dev.caravan.problem.Problem;
import dev.caravan.wait.WaitLinks.Action;
import dev.caravan.wait.WaitLinks.Link;
import dev.caravan.web.Answer;
import dev.caravan.web.Fields;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Links for people outside: made with a key, used without one. */
@Component
final class WaitLinkCalls {
    private static final String PATH = "/v1/callbacks/";
    private static final int TOKEN = 3;
    private static final int MAX_SECS = 2_592_000;
    private static final int DEFAULT_SECS = 86_400;

    private final Waits waits;
    private final WaitEndings endings;
    private final WaitQueries queries;
    private final WaitStreams streams;
    private final WaitLinks links;

    WaitLinkCalls(Waits waits, WaitEndings endings, WaitQueries queries, WaitStreams streams, WaitLinks links) {
        this.waits = waits;
        this.endings = endings;
        this.queries = queries;
        this.streams = streams;
        this.links = links;
    }

    record LinkView(String url, String eventKey, String action, Instant expiresAt) {}

    record LinkStateView(String eventKey, String action, String status, Instant expiresAt, boolean usable) {}

    Answer create(WaitRequest request) {
        request.query().check();
        Fields fields = request.body();
        String action = fields.requiredText("action");
        if (!action.isEmpty() && !action.equals("send") && !action.equals("reject")) {
            fields.wrong("action", "has to be send or reject");
        }
        int secs = fields.number("expires_secs", 1, MAX_SECS, DEFAULT_SECS);
        fields.check();
        Wait wait = waits.get(request.project(), request.key());
        Link link = links.create(
                        wait.seq(),
                        Action.valueOf(action.toUpperCase(Locale.ROOT)),
                        secs,
                        request.caller().keyId())
                .orElseThrow(() -> Waits.refusal(queries.find(wait.seq()).orElse(wait)));
        String url = ServletUriComponentsBuilder.fromContextPath(request.request())
                .path(PATH + links.token(link))
                .toUriString();
        return Answer.json(201, new LinkView(url, wait.key(), action, link.expiresAt()));
    }

    /** What the link would do; looking at it does nothing, because programs that read mail do that. */
    Answer show(HttpServletRequest request) {
        Link link = links.find(WaitRequest.segment(request, TOKEN));
        Wait wait = wait(link);
        boolean usable = !link.used() && !link.expired() && !wait.status().terminal();
        return Answer.json(
                200,
                new LinkStateView(wait.key(), link.action().id(), wait.status().id(), link.expiresAt(), usable));
    }

    Answer use(HttpServletRequest request) {
        Link link = links.find(WaitRequest.segment(request, TOKEN));
        Fields fields = WaitRequest.fields(request);
        String by = link.createdBy() + " (link)";
        Optional<Wait> ended;
        if (link.action() == Action.SEND) {
            ended = endings.sendByLink(link.id(), WaitCalls.payload(fields), by);
        } else {
            ended = endings.rejectByLink(link.id(), WaitCalls.reason(fields), by);
        }
        Wait wait = ended.orElseThrow(() -> refusal(WaitRequest.segment(request, TOKEN)));
        streams.ended(wait);
        return Answer.json(
                200,
                new LinkStateView(wait.key(), link.action().id(), wait.status().id(), link.expiresAt(), false));
    }

    private Problem refusal(String token) {
        Link link = links.find(token);
        if (link.used()) {
            return new Problem(WaitReason.LINK_USED, "This link has been used; it works once.");
        }
        if (link.expired()) {
            return new Problem(WaitReason.LINK_EXPIRED, "This link is no longer valid; ask for a new one.");
        }
        return Waits.refusal(wait(link));
    }

    private Wait wait(Link link) {
        return queries.find(link.target())
                .orElseThrow(() -> new Problem(WaitReason.LINK_INVALID, "There is no such link."));
    }
}
