package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.kamelet.SchemaCheck;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the declared columns of the messages must keep to, beyond the document's shape. */
final class SchemaRules {
    /** Columns that each message has anyway, and the table of the batch. */
    private static final Set<String> RESERVED =
            Set.of("_topic", "_partition", "_offset", "_timestamp", "_key", "_headers", "events");

    private SchemaRules() {}

    /** @param schema the member {@code schema} of the document, whatever it is */
    static List<Violation> check(JsonNode schema) {
        List<Violation> violations = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        schema.properties().forEach(column -> {
            String path = SchemaCheck.child("/schema", column.getKey());
            String name = column.getKey().toLowerCase(Locale.ROOT);
            if (RESERVED.contains(name)) {
                violations.add(
                        new Violation(path, "'" + column.getKey() + "' is reserved: give the column another name"));
            }
            if (!seen.add(name)) {
                violations.add(new Violation(path, "two columns differ only in the case of '" + column.getKey() + "'"));
            }
            if (column.getValue().isTextual()) {
                ColumnType.fault(column.getValue().textValue())
                        .ifPresent(fault -> violations.add(new Violation(path, fault)));
            }
        });
        return violations;
    }
}
