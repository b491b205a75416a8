package dev.caravan.pipeline;

import java.util.Locale;

/** How often the steps run. */
public enum RunMode {
    /** Once for each batch of messages, which is one file. */
    BATCH,
    /** Once for each message: each is a batch, a claim and a file of its own. */
    MESSAGE;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RunMode of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
