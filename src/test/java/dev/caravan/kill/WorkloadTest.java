package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void onePercentIsBadAndTwentyPercentAreFiltered() {
        Map<Workload.Kind, Integer> counts = new EnumMap<>(Workload.Kind.class);
        for (long offset = 0; offset < 100_000; offset++) {
            counts.merge(Workload.kind(2, offset), 1, Integer::sum);
        }
        assertThat(counts.get(Workload.Kind.BAD)).isEqualTo(1_000);
        assertThat(counts.get(Workload.Kind.FILTERED)).isBetween(19_000, 21_000);
    }

    @Test
    void theSecondHalfOfABlockHasNoBadMessage() {
        for (long offset = 0; offset < 100_000; offset++) {
            boolean secondHalf = offset % Workload.BLOCK >= Workload.BLOCK / 2;
            assertThat(secondHalf && Workload.kind(1, offset) == Workload.Kind.BAD)
                    .isFalse();
        }
    }

    @Test
    void aGoodMessageCarriesItsOffsetAndCheckSum() throws Exception {
        for (long offset = 0; offset < 1_000; offset++) {
            if (Workload.kind(3, offset) != Workload.Kind.BAD) {
                JsonNode message = JSON.readTree(Workload.value(3, offset));
                assertThat(message.get("seq").longValue()).isEqualTo(offset);
                assertThat(message.get("crc").longValue()).isEqualTo(Workload.crc(3, offset));
                assertThat(message.get("amount").intValue() <= 20)
                        .isEqualTo(Workload.kind(3, offset) == Workload.Kind.FILTERED);
            }
        }
    }

    @Test
    void noBadMessageCouldPassAsAGoodOne() {
        Set<String> reasons = new HashSet<>();
        for (long offset = 0; offset < 2_000; offset++) {
            if (Workload.kind(0, offset) == Workload.Kind.BAD) {
                reasons.add(whatIsWrong(Workload.value(0, offset)));
            }
        }
        assertThat(reasons)
                .containsExactlyInAnyOrder("tombstone", "no JSON", "no object", "seq", "amount", "not UTF-8");
    }

    private static String whatIsWrong(byte[] value) {
        if (value == null) {
            return "tombstone";
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            return "not UTF-8";
        }
        try {
            JsonNode message = JSON.readTree(value);
            if (!message.isObject()) {
                return "no object";
            }
            if (!message.get("seq").canConvertToLong()) {
                return "seq";
            }
            return message.get("amount").canConvertToInt() ? "nothing" : "amount";
        } catch (IOException e) {
            return "no JSON";
        }
    }
}
