package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KillingFaultsTest {
    @Test
    void theProcessEndsWhenThePointIsReachedForTheNthTime() {
        AtomicInteger deaths = new AtomicInteger();
        Faults faults = KillingFaults.parse("after_put:2", deaths::incrementAndGet);
        faults.reach(FaultPoint.AFTER_PUT);
        faults.reach(FaultPoint.BEFORE_COMMIT);
        assertThat(deaths).hasValue(0);
        faults.reach(FaultPoint.AFTER_PUT);
        faults.reach(FaultPoint.AFTER_PUT);
        assertThat(deaths).hasValue(1);
    }

    @Test
    void anUnknownPointIsRefused() {
        assertThatThrownBy(() -> KillingFaults.parse("after_lunch:1", () -> {})).hasMessageContaining("after_lunch:1");
        assertThatThrownBy(() -> KillingFaults.parse("after_put", () -> {})).hasMessageContaining("after_put");
    }
}
