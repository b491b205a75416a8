package dev.caravan.wait;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Violation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a key may be: 1 to 512 bytes of UTF-8 without control characters. */
public final class EventKey {
    static final int MAX_BYTES = 512;

    /** Paths that mean something else, so a wait with such a key could be seen by nobody. */
    private static final Set<String> TAKEN = Set.of("stats", ".", "..");

    private EventKey() {}

    /** What is wrong with a key that a wait is to have; empty when nothing is. */
    public static Optional<String> fault(String key) {
        return TAKEN.contains(key) ? Optional.of("cannot be '" + key + "', which is a path") : textFault(key);
    }

    private static Optional<String> textFault(String key) {
        if (key.isEmpty()) {
            return Optional.of("is empty; it takes 1 to " + MAX_BYTES + " bytes");
        }
        if (key.length() > MAX_BYTES || key.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of("is longer than " + MAX_BYTES + " bytes in UTF-8");
        }
        if (key.codePoints().anyMatch(Character::isISOControl)) {
            return Optional.of("has a control character");
        }
        boolean unpaired = key.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
        return unpaired ? Optional.of("is no text: it has half of a surrogate pair") : Optional.empty();
    }

    /** @throws Problem when no wait can have such a key, or such a beginning of one */
    static String checked(String key, String name) {
        textFault(key).ifPresent(fault -> {
            throw new Problem(
                    WaitReason.INVALID_PARAMETER,
                    "The " + name + " " + fault + ".",
                    List.of(new Violation("/" + name, fault)));
        });
        return key;
    }
}
