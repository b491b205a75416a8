package dev.caravan.pipeline;

import java.util.Locale;

/** Where a pipeline begins in a partition that the ledger has no offset of. */
public enum StartFrom {
    EARLIEST,
    LATEST;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static StartFrom of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
