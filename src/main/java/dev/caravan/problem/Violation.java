package dev.caravan.problem;

import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a document.
 *
 * @param path where, as a JSON pointer ({@code /steps/0/properties/query}); empty for the whole document
 * @param message what is wrong and what to write instead
 * @param line 1-based line in the file, null when the document did not come from a text
 * @param column 1-based column in the file, null like {@code line}
 */
public record Violation(
        String path,
        String message,
        @Nullable Integer line,
        @Nullable Integer column) {
    public Violation(String path, String message) {
        this(path, message, null, null);
    }

    @Override
    public String toString() {
        String where = line == null ? "" : line + ":" + column + " ";
        return where + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
