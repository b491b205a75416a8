package dev.caravan.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The end of an answer, which may come long after the filters have returned. */
public final class AnswerEnd implements AsyncListener {
    private final Consumer<@Nullable Throwable> work;
    private @Nullable Throwable failure;

    private AnswerEnd(Consumer<@Nullable Throwable> work) {
        this.work = work;
    }

    /**
     * Runs something once: now when the answer has been given, else when its asynchronous part has ended.
     *
     * @param work gets what the asynchronous part failed with, or null
     */
    public static void of(HttpServletRequest request, Consumer<@Nullable Throwable> work) {
        if (request.isAsyncStarted()) {
            request.getAsyncContext().addListener(new AnswerEnd(work));
        } else {
            work.accept(null);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        work.accept(failure);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // it is completed next
    }

    @Override
    public void onError(AsyncEvent event) {
        failure = event.getThrowable();
    }

    /** Listeners are forgotten when a dispatch starts another asynchronous part. */
    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }
}
