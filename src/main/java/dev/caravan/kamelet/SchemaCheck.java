package dev.caravan.kamelet;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import dev.caravan.problem.Violation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Validates JSON with a JSON Schema (2020-12) and says of each fault what to write instead. */
public final class SchemaCheck {
    /** Other keywords, such as those for editors and Camel's, say nothing about what is valid. */
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(Dialect.builder(Dialects.getDraft202012())
            .unknownKeywordFactory((keyword, value) -> new NonValidationKeyword(keyword))
            .build());

    private final JsonNode document;
    private final Schema schema;

    public SchemaCheck(JsonNode schema) {
        this.document = schema;
        this.schema = REGISTRY.getSchema(schema);
    }

    /**
     * Everything that the schema has against it.
     *
     * @param at JSON pointer of {@code instance} in its document, put in front of each path
     */
    public List<Violation> check(JsonNode instance, String at) {
        List<Violation> violations = new ArrayList<>();
        for (Error error : schema.validate(instance)) {
            violations.add(violation(error, at));
        }
        return violations;
    }

    private Violation violation(Error error, String at) {
        String path = at + error.getInstanceLocation();
        String keyword = error.getKeyword();
        JsonNode parent = parent(error);
        String property = error.getProperty();
        if (property == null) {
            return new Violation(path, SchemaSentences.of(keyword, parent, error));
        }
        return switch (keyword) {
            case "additionalProperties", "unevaluatedProperties" ->
                new Violation(child(path, property), unknown(property, parent));
            case "required" -> new Violation(path, SchemaSentences.missing(property, parent.at(pointer(property))));
            case "propertyNames" -> new Violation(child(path, property), SchemaSentences.name(property, parent));
            default -> new Violation(path, SchemaSentences.of(keyword, parent, error));
        };
    }

    /** The schema object that has the keyword. */
    private JsonNode parent(Error error) {
        String location = error.getSchemaLocation().getFragment().toString();
        JsonNode keyword = document.at(location);
        return keyword.isMissingNode()
                ? document
                : document.at(JsonPointer.compile(location).head());
    }

    private static JsonPointer pointer(String property) {
        return JsonPointer.compile(child("/properties", property));
    }

    private String unknown(String property, JsonNode parent) {
        List<String> known = new ArrayList<>();
        parent.path("properties").fieldNames().forEachRemaining(known::add);
        String sentence = NearestName.unknown("field", property, known);
        if (sentence.contains("did you mean")) {
            return sentence;
        }
        String elsewhere = elsewhere(document, "", property);
        return elsewhere == null ? sentence : "unknown field '" + property + "' here: it belongs under " + elsewhere;
    }

    /** The path of the object that knows this field, such as {@code options/batch}; for slips of indentation. */
    private static @org.jspecify.annotations.Nullable String elsewhere(JsonNode schema, String at, String property) {
        Iterator<String> names = schema.path("properties").fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            JsonNode member = schema.path("properties").path(name);
            String path = at.isEmpty() ? "'" + name + "'" : at + " / '" + name + "'";
            if (member.path("properties").has(property)) {
                return path;
            }
            String deeper = elsewhere(member, path, property);
            if (deeper != null) {
                return deeper;
            }
        }
        return null;
    }

    /** The JSON pointer of a member. */
    public static String child(String at, String member) {
        return at + "/" + member.replace("~", "~0").replace("/", "~1");
    }
}
