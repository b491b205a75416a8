package dev.caravan.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RateLimitTest {
    private final HandTime time = new HandTime();
    private final RateLimit<String> limit = new RateLimit<>(3, time);

    @Test
    void soManyAreGrantedInAWindowAndThenNoneUntilItEnds() {
        assertThat(limit.take("a").remaining()).isEqualTo(2);
        time.pass(Duration.ofSeconds(20));
        assertThat(limit.take("a").untilReset()).isEqualTo(Duration.ofSeconds(40));
        assertThat(limit.take("a").granted()).isTrue();

        RateLimit.Left none = limit.take("a");
        assertThat(none.granted()).isFalse();
        assertThat(none.remaining()).isZero();
        assertThat(none.retryAfter()).isEqualTo("40");
        assertThat(limit.hasLeft("a")).isFalse();

        time.pass(Duration.ofSeconds(40));
        assertThat(limit.hasLeft("a")).isTrue();
        assertThat(limit.take("a").remaining()).isEqualTo(2);
    }

    @Test
    void aThousandAMinuteIfNothingIsSaidAndZeroIsNoLimit() {
        WebSettings settings = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("caravan", Bindable.of(WebSettings.class));
        assertThat(settings.rateLimit()).isEqualTo(1_000);
        assertThat(RateLimit.WINDOW).isEqualTo(Duration.ofSeconds(60));
        assertThat(limit.isOff()).isFalse();
        assertThat(new RateLimit<>(0, time).isOff()).isTrue();
    }

    @Test
    void eachHasALimitOfItsOwn() {
        for (int i = 0; i < 4; i++) {
            limit.take("a");
        }

        assertThat(limit.take("b").granted()).isTrue();
        assertThat(limit.hasLeft("c")).isTrue();
    }

    @Test
    void onlySoManyAreRemembered() {
        for (int i = 0; i < 3 * RateLimit.REMEMBERED; i++) {
            limit.take("sender " + i);
        }

        assertThat(limit.remembered()).isLessThanOrEqualTo(RateLimit.REMEMBERED);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7",
        "::ffff:192.0.2.7, ::ffff:192.0.2.7",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2",
        "2001:db8:1:2::, 2001:db8:1:2",
        "2001:db8::6, 2001:db8:0:0",
        "::1, 0:0:0:0",
        "0:0:0:0:0:0:0:1, 0:0:0:0",
        "2001::2:3:4:5:6:7, 2001:0:2:3",
        "unknown, unknown"
    })
    void theAddressesOfOneNetworkAreOneSender(String address, String network) {
        assertThat(Strangers.network(address)).isEqualTo(network);
    }

    private static final class HandTime implements TimeMeter {
        private long nanos;

        void pass(Duration duration) {
            nanos += duration.toNanos();
        }

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
