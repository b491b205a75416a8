package dev.caravan.delivery;

import java.time.Clock;
import java.util.List;

/** The fake keeps the ledger's promises too. */
class InMemoryLedgerTest extends LedgerContract {
    private final InMemoryLedger ledger = new InMemoryLedger(Clock.systemUTC());

    @Override
    Ledger ledger() {
        return ledger;
    }

    @Override
    List<BatchCommitted> published() {
        return ledger.published();
    }
}
