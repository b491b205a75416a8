package dev.caravan.access;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows an {@link AdminKeyException} as a sentence instead of a stack trace. */
final class AdminKeyFailureAnalyzer extends AbstractFailureAnalyzer<AdminKeyException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, AdminKeyException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), null, cause);
    }
}
