package dev.caravan.route;

import dev.caravan.batch.Batch;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import dev.caravan.delivery.Replay;
import dev.caravan.delivery.Replays;
import dev.caravan.trace.MemberTraces;
import dev.caravan.trace.TraceContext;
import dev.caravan.wait.Resumable;
import dev.caravan.wait.Resumptions;
import dev.caravan.wait.Wait;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes rows whose waits have ended into claims, and makes them batches that begin behind the step they waited in. */
final class Resumer {
    private final Resumptions resumptions;
    private final Replays replays;
    private final TransactionTemplate transaction;

    Resumer(Resumptions resumptions, Replays replays, TransactionTemplate transaction) {
        this.resumptions = resumptions;
        this.replays = replays;
        this.transaction = transaction;
    }

    /** Claims the rows that can go on, one claim for each step and partition; says whether there may be more. */
    boolean reserve(Set<String> pipelines) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            Resumptions.Round round = resumptions.lock(pipelines);
            round.ready().forEach(this::claim);
            return round.more();
        }));
    }

    Set<String> due(Set<String> pipelines) {
        return resumptions.waitingFor(pipelines);
    }

    private void claim(Resumptions.Ready rows) {
        resumptions.give(
                rows,
                replays.claim(
                        rows.pipeline(),
                        rows.version(),
                        rows.topic(),
                        rows.partition(),
                        rows.generation(),
                        rows.offsets(),
                        rows.step()));
    }

    List<Resumable> rows(Replay replay) {
        return resumptions.of(replay.claim());
    }

    /** The messages of the rows, as they came. */
    static Spool spool(Replay replay, List<Resumable> rows, RunningVersions versions) throws IOException {
        Path file = versions.directory(replay.version()).resolve("resumed-" + UUID.randomUUID() + ".ndjson");
        try (SpoolWriter writer = new SpoolWriter(
                file, replay.range().topic(), replay.range().partition(), versions.inlined(replay.version()))) {
            for (Resumable row : rows) {
                byte[] message = row.message();
                writer.append(
                        row.offset(),
                        row.messageTime().toEpochMilli(),
                        row.messageKey(),
                        HeaderText.read(row.messageHeaders()),
                        ByteBuffer.wrap(message == null ? bytes(row.row()) : message));
            }
            return writer.finish();
        }
    }

    /** Of those who ended the waits: the first of them, as of messages. */
    static List<TraceContext> traces(List<Resumable> rows) {
        MemberTraces traces = new MemberTraces();
        for (Resumable row : rows) {
            String trace = row.trace();
            if (trace != null) {
                traces.add(bytes(trace));
            }
        }
        return traces.list();
    }

    /** The batch with the rows as they go on: with the event's payload, or dead when it did not come. */
    static Batch resumed(Batch messages, String stepName, List<Resumable> rows, VersionRuntime runtime) {
        WaitStep step = runtime.waitStep(stepName);
        StepOutput output = new StepOutput(messages, stepName, runtime.directory(), runtime.inlined());
        messages.receipt().afterAttempt(output::close);
        for (int line = 0; line < rows.size(); line++) {
            Resumable row = rows.get(line);
            Wait wait = row.outcome();
            switch (wait.status()) {
                case RECEIVED -> output.add(with(row, step, json(wait.responsePayload())), line);
                case TIMED_OUT -> {
                    if (step.goesOnWithout()) {
                        output.add(with(row, step, RowJson.write(step.defaultPayload())), line);
                    } else {
                        refuse(
                                output,
                                line,
                                "wait_timed_out",
                                "the event " + wait.key() + " did not come in time",
                                step);
                    }
                }
                case CANCELED ->
                    refuse(
                            output,
                            line,
                            wait.rejected() ? "wait_rejected" : "wait_canceled",
                            "the event " + wait.key() + " will not come: " + wait.error(),
                            step);
                case WAITING -> throw new IllegalStateException("row " + wait.seq() + " is still waiting");
            }
        }
        return output.resumed(runtime, step.resultField());
    }

    private static void refuse(StepOutput output, int line, String reason, String detail, WaitStep step) {
        output.refused(List.of(new DeadMessage(line, reason, detail, step.name())));
    }

    private static byte[] with(Resumable row, WaitStep step, byte[] payload) {
        return RowJson.with(bytes(row.row()), step.resultField(), payload);
    }

    private static byte[] json(@Nullable String payload) {
        return bytes(payload == null ? "null" : payload);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
