package dev.caravan.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Spool;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the columns of a batch by reading its messages, in Java so that bad ones do no harm. Runs once in a pipeline's life. */
final class SchemaInference {
    private static final long MAX_BYTES = 32L << 20;
    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> META_COLUMNS =
            Arrays.stream(MetaColumn.values()).map(MetaColumn::column).collect(Collectors.toUnmodifiableSet());

    private SchemaInference() {}

    static Map<String, String> of(Spool spool) {
        Set<Integer> dead = spool.dead().stream().map(DeadMessage::line).collect(Collectors.toSet());
        InferredType all = InferredType.NOTHING;
        for (int line = 0; line < spool.size() && spool.position(line) < MAX_BYTES; line++) {
            if (!dead.contains(line)) {
                all = all.with(typeOf(spool.line(line)));
            }
        }
        Map<String, String> schema = new LinkedHashMap<>();
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(META_COLUMNS);
        all.members().forEach((name, type) -> {
            if (!name.isEmpty() && names.add(name)) {
                schema.put(name, type.sql());
            }
        });
        return schema;
    }

    private static InferredType typeOf(byte[] line) {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return InferredType.NOTHING;
            }
            InferredType type = InferredType.read(parser, 0);
            return parser.nextToken() == null ? type : InferredType.NOTHING;
        } catch (IOException e) {
            return InferredType.NOTHING; // unreadable messages are not asked
        }
    }
}
