package dev.caravan.wait;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.access.Caller;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.Fields;
import dev.caravan.web.QueryFields;
import dev.caravan.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code /v1/events}: reads each request, has it done, and gives the answer its shape. */
@Component
final class WaitCalls {
    static final String WORKFLOW_STEP = "workflow_step";
    static final String JOB_RUN = "job_run";

    private static final int MAX_TIMEOUT = 2_592_000;
    private static final int DEFAULT_TIMEOUT = 3_600;
    private static final int MAX_KEEP = 604_800;
    private static final int MAX_DAYS = 36_500;
    private static final int MAX_REASON = 1_000;
    private static final int MAX_RUN_ID = 256;

    private final Waits waits;
    private final Broadcasts broadcasts;
    private final WaitQueries queries;

    WaitCalls(Waits waits, Broadcasts broadcasts, WaitQueries queries) {
        this.waits = waits;
        this.broadcasts = broadcasts;
        this.queries = queries;
    }

    record ListView(
            List<WaitView> data,
            boolean hasMore,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String nextCursor) {}

    record StatsView(
            long totalCount,
            long waitingCount,
            long receivedCount,
            long timedOutCount,
            long canceledCount,
            double avgWaitDurationSecs) {}

    record BufferedView(String eventKey, String projectId, boolean buffered, int bufferSecs) {}

    record ResolvedView(long resolved, List<WaitView> triggers, long remaining) {}

    record PurgedView(long deleted, boolean dryRun, long wouldDelete) {}

    Answer list(WaitRequest request) {
        QueryFields query = request.query();
        String project = ownProject(query, request.caller(), true);
        WaitStatus status =
                query.read("status", "waiting, received, timed_out or canceled", text -> WaitStatus.find(text)
                        .orElseThrow(IllegalArgumentException::new));
        String run = query.text("workflow_run_id");
        Boolean ofPipelines = query.read("source_type", WORKFLOW_STEP + " or " + JOB_RUN, WaitCalls::ofPipelines);
        String prefix = query.text("prefix");
        int limit = query.number("limit", 1, 100, 50);
        WaitFilter filter = new WaitFilter(
                status,
                run == null ? null : uuid(run),
                ofPipelines,
                prefix == null || prefix.isEmpty() ? null : prefix,
                query.text("pipeline"),
                query.time("since"),
                query.time("until"));
        String cursor = query.text("cursor");
        query.check();
        if (filter.prefix() != null) {
            EventKey.checked(filter.prefix(), "prefix");
        }
        WaitPage page = queries.list(project, filter, WaitPage.Place.parse(cursor), limit);
        List<Wait> shown = page.waits();
        String next = page.hasMore() ? WaitPage.Place.cursor(shown.get(shown.size() - 1)) : null;
        return Answer.json(200, new ListView(shown.stream().map(WaitView::of).toList(), page.hasMore(), next));
    }

    private static boolean ofPipelines(String sourceType) {
        return switch (sourceType) {
            case WORKFLOW_STEP -> true;
            case JOB_RUN -> false;
            default -> throw new IllegalArgumentException(sourceType);
        };
    }

    /** A text that is no run's id is an id that no run has. */
    private static UUID uuid(String run) {
        try {
            return UUID.fromString(run);
        } catch (IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }

    Answer stats(WaitRequest request) {
        QueryFields query = request.query();
        String project = ownProject(query, request.caller(), false);
        Instant since = query.time("since");
        query.check();
        WaitStats stats = queries.stats(project, since);
        return Answer.json(
                200,
                new StatsView(
                        stats.total(),
                        stats.waiting(),
                        stats.received(),
                        stats.timedOut(),
                        stats.canceled(),
                        stats.averageSeconds()));
    }

    Answer get(WaitRequest request) {
        request.query().check();
        return Answer.json(200, WaitView.of(waits.get(request.project(), request.key())));
    }

    Answer cancel(WaitRequest request) {
        request.query().check();
        return Answer.json(
                200,
                WaitView.of(waits.cancel(
                        request.project(), request.key(), request.caller().keyId())));
    }

    Answer register(WaitRequest request) {
        request.query().check();
        Fields fields = request.body();
        String key = fields.requiredText("event_key");
        EventKey.fault(key).filter(fault -> !key.isBlank()).ifPresent(fault -> fields.wrong("event_key", fault));
        if (!fields.requiredText("source_type").equals(JOB_RUN)) {
            fields.wrong("source_type", "has to be " + JOB_RUN + "; steps of pipelines register themselves");
        }
        String job = fields.requiredText("job_run_id");
        if (job.length() > MAX_RUN_ID || job.indexOf('\0') >= 0) {
            fields.wrong("job_run_id", "has to be at most " + MAX_RUN_ID + " characters, none of them NUL");
        }
        int timeout = fields.number("timeout_secs", 1, MAX_TIMEOUT, DEFAULT_TIMEOUT);
        String asked = json(fields.any("request_payload"));
        String otherwise = json(fields.any("default_payload"));
        fields.check();
        Wait wait = waits.register(new Registration(request.project(), key, job, timeout, asked, otherwise));
        return Answer.json(201, WaitView.of(wait));
    }

    Answer send(WaitRequest request) {
        QueryFields query = request.query();
        int keep = query.number("buffer_secs", 1, MAX_KEEP, 0);
        query.check();
        String payload = payload(request.body());
        Waits.Sent sent = waits.send(
                request.project(),
                request.key(),
                payload,
                keep,
                request.caller().keyId());
        if (sent instanceof Waits.Sent.Received received) {
            return answer(received);
        }
        return Answer.json(202, new BufferedView(request.key(), request.project(), true, keep));
    }

    static Answer answer(Waits.Sent.Received received) {
        Answer reply = Answer.json(200, WaitView.of(received.found()));
        return received.replayed() ? reply.with("Idempotency-Replayed", "true") : reply;
    }

    Answer reject(WaitRequest request) {
        request.query().check();
        String reason = reason(request.body());
        return answer(waits.reject(
                request.project(), request.key(), reason, request.caller().keyId()));
    }

    Answer sendPrefix(WaitRequest request) {
        request.query().check();
        String payload = payload(request.body());
        Broadcasts.Resolved resolved = broadcasts.send(
                request.project(), request.prefix(), payload, request.caller().keyId());
        return Answer.json(
                200,
                new ResolvedView(
                        resolved.resolved(),
                        resolved.waits().stream().map(WaitView::of).toList(),
                        resolved.remaining()));
    }

    Answer purge(WaitRequest request) {
        request.query().check();
        Fields fields = request.body();
        Long days = fields.number("older_than_days", 0, MAX_DAYS);
        if (days == null && !fields.has("older_than_days")) {
            fields.wrong("older_than_days", "is required");
        }
        boolean dryRun = fields.flag("dry_run");
        fields.check();
        Duration age = Duration.ofDays(Objects.requireNonNull(days));
        Broadcasts.Purged purged =
                dryRun ? broadcasts.wouldPurge(request.project(), age) : broadcasts.purge(request.project(), age);
        return Answer.json(200, new PurgedView(purged.deleted(), dryRun, purged.wouldDelete()));
    }

    static @Nullable String payload(Fields fields) {
        JsonNode payload = fields.any("payload");
        fields.check();
        return json(payload);
    }

    static String reason(Fields fields) {
        String reason = fields.requiredText("reason");
        if (reason.length() > MAX_REASON || reason.indexOf('\0') >= 0) {
            fields.wrong("reason", "has to be at most " + MAX_REASON + " characters, none of them NUL");
        }
        fields.check();
        return reason;
    }

    private static @Nullable String json(@Nullable JsonNode value) {
        return value == null ? null : new String(StrictJson.bytes(value), StandardCharsets.UTF_8);
    }

    private static String ownProject(QueryFields query, Caller caller, boolean required) {
        String asked = query.text("project_id");
        if (asked == null && required) {
            query.wrong("project_id", "is required");
        }
        if (asked != null && !asked.equals(caller.project())) {
            throw new Problem(WaitReason.OTHER_PROJECT, "This key belongs to another project than project_id.");
        }
        return caller.project();
    }
}
