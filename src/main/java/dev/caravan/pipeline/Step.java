package dev.caravan.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One Kamelet with its values.
 *
 * @param name unique in its pipeline
 * @param properties values as the document has them: text, numbers, booleans, lists and maps of them
 */
public record Step(String name, String kamelet, Map<String, Object> properties) {
    public Step {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    /** Names only: a value may be a secret. */
    @Override
    public String toString() {
        return name + "=" + kamelet + properties.keySet();
    }
}
