package dev.caravan.sql;

import java.util.List;

/** A query of an author that will not be run: everything that speaks against it, in sentences a person can act on. */
public final class SqlRefused extends RuntimeException {
    private final transient List<String> messages;

    SqlRefused(List<String> messages) {
        super(String.join("; ", messages));
        this.messages = List.copyOf(messages);
    }

    SqlRefused(String message) {
        this(List.of(message));
    }

    public List<String> messages() {
        return messages;
    }
}
