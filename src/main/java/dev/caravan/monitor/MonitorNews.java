package dev.caravan.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.lifecycle.Cause;
import dev.caravan.lifecycle.OffsetsReset;
import dev.caravan.lifecycle.PipelineSeen;
import dev.caravan.pipeline.PipelineDeleted;
import dev.caravan.pipeline.PipelineFilesRead;
import dev.caravan.pipeline.PipelineProvisioned;
import dev.caravan.pipeline.PipelineRefused;
import dev.caravan.problem.Violation;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.support.TransactionOperations;

/** Writes events as the other packages tell of changes, in the transactions in which they tell it. */
final class MonitorNews {
    private final EventStore store;
    private final EventWriter writer;
    private final TransactionOperations transactions;

    /** Pipelines whose details have changed too soon after the last event. */
    private final Set<String> later = ConcurrentHashMap.newKeySet();

    MonitorNews(EventStore store, EventWriter writer, TransactionOperations transactions) {
        this.store = store;
        this.writer = writer;
        this.transactions = transactions;
    }

    /** To be looked at again soon; they are forgotten here. */
    Set<String> takeLater() {
        Set<String> taken = Set.copyOf(later);
        later.removeAll(taken);
        return taken;
    }

    @EventListener
    void seen(PipelineSeen news) {
        store.lock(news.pipeline()).ifPresent(monitored -> {
            Deployment now = Deployment.of(news.state(), monitored.program());
            MonitorEvent.Details details = DetailsView.of(news.state(), now, monitored.programError());
            if (!writer.write(monitored, now, details, news.cause())) {
                later.add(news.pipeline());
            }
        });
    }

    @EventListener
    void reset(OffsetsReset news) {
        store.lock(news.pipeline())
                .ifPresent(monitored -> writer.note(monitored, new Cause("offsets_reset", news.actor())));
    }

    @EventListener
    void deleted(PipelineDeleted news) {
        store.forget(news.pipeline().id());
    }

    /** The document compiles, whatever was before. The pipeline itself tells how it stands. */
    @EventListener
    void provisioned(PipelineProvisioned news) {
        store.lock(news.pipeline().id()).ifPresent(monitored -> {
            boolean mended = store.setProgram(monitored.seq(), Program.SUCCESS, null);
            if (mended) {
                later.add(news.pipeline().id());
            }
        });
    }

    @EventListener
    void refused(PipelineRefused news) {
        transactions.executeWithoutResult(status -> {
            Monitored monitored = store.lock(news.project(), news.name(), news.file());
            Program program = news.readable() ? Program.SQL_ERROR : Program.SYSTEM_ERROR;
            JsonNode error = error(news);
            boolean fresh = store.setProgram(monitored.seq(), program, error);
            if (fresh && monitored.pipeline() != null) {
                later.add(monitored.pipeline());
            } else if (monitored.pipeline() == null) {
                writer.write(
                        monitored,
                        Deployment.broken(program),
                        DetailsView.broken(error),
                        new Cause("compile_error", null));
            }
        });
    }

    @EventListener
    void read(PipelineFilesRead news) {
        transactions.executeWithoutResult(status -> store.forgetFiles(news.project(), news.files()));
    }

    /** In the form in which clients of that API look for errors of their SQL. */
    private static ObjectNode error(PipelineRefused news) {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        if (news.readable()) {
            var messages =
                    error.putObject("sql_compilation").put("exit_code", 1).putArray("messages");
            for (Violation fault : news.faults()) {
                messages.addObject()
                        .put("error_type", "Error")
                        .put("message", fault.path() + " " + fault.message())
                        .put("start_line_number", line(fault.line()))
                        .put("start_column", line(fault.column()))
                        .put("end_line_number", line(fault.line()))
                        .put("end_column", line(fault.column()))
                        .put("warning", false)
                        .put("snippet", news.file() + (fault.line() == null ? "" : ":" + fault.line()));
            }
            error.putNull("system_error");
        } else {
            error.putNull("sql_compilation");
            error.put(
                    "system_error",
                    news.faults().isEmpty() ? "" : news.faults().get(0).message());
        }
        error.putNull("rust_compilation");
        return error;
    }

    private static int line(@Nullable Integer number) {
        return number == null ? 0 : number;
    }
}
