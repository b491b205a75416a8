package dev.caravan.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.problem.Violation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of one Kamelet: what it does, where it can stand, which values it takes. */
public final class KameletDefinition {
    private final String name;
    private final String title;
    private final String description;
    private final KameletType type;
    private final boolean batch;
    private final Map<String, KameletParameter> parameters;
    private final String location;
    private final AuthorValues values;

    KameletDefinition(
            String name,
            String title,
            String description,
            KameletType type,
            boolean batch,
            Map<String, KameletParameter> parameters,
            JsonNode schema,
            String location) {
        this.name = name;
        this.title = title;
        this.description = description;
        this.type = type;
        this.batch = batch;
        this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        this.location = location;
        this.values = new AuthorValues(schema, this.parameters);
    }

    public String name() {
        return name;
    }

    public String title() {
        return title;
    }

    public String description() {
        return description;
    }

    public KameletType type() {
        return type;
    }

    /** Whether it takes and gives a batch; otherwise it knows single messages only. */
    public boolean batch() {
        return batch;
    }

    /** By name, in the order of the file. */
    public Map<String, KameletParameter> parameters() {
        return parameters;
    }

    /** The address of its file, for messages. */
    public String location() {
        return location;
    }

    /** The JSON Schema of the values that an author gives. */
    public JsonNode schema() {
        return values.schema();
    }

    /**
     * Everything that is wrong with an author's values.
     *
     * @param properties an object
     * @param at JSON pointer of {@code properties} in the document
     */
    public List<Violation> check(JsonNode properties, String at) {
        return values.check(properties, at);
    }

    @Override
    public String toString() {
        return name;
    }
}
