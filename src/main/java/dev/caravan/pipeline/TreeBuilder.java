package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.kamelet.SchemaCheck;
import dev.caravan.problem.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds a document from the events of a parser and remembers where each part stands: a member at its key, an entry at
 * its value. Keys that come twice are faults.
 */
final class TreeBuilder {
    private final Deque<Container> open = new ArrayDeque<>();
    private final Map<String, Location> locations = new HashMap<>();
    private final List<Violation> faults = new ArrayList<>();
    private @Nullable JsonNode root;

    /** An object or a list that is not closed yet; {@code key} is the member whose value comes next. */
    private static final class Container {
        final JsonNode node;
        final String path;

        @Nullable String key;

        Container(JsonNode node, String path) {
            this.node = node;
            this.path = path;
        }

        String next() {
            return node.isArray() ? path + "/" + node.size() : SchemaCheck.child(path, String.valueOf(key));
        }
    }

    void startObject(Location at) {
        open(JsonNodeFactory.instance.objectNode(), at);
    }

    void startArray(Location at) {
        open(JsonNodeFactory.instance.arrayNode(), at);
    }

    private void open(JsonNode node, Location at) {
        if (open.size() >= PipelineDocument.MAX_DEPTH) {
            fail("", "is nested deeper than " + PipelineDocument.MAX_DEPTH + " levels", at);
        }
        String path = open.isEmpty() ? "" : open.element().next();
        add(node, at);
        open.push(new Container(node, path));
    }

    void end() {
        open.pop();
    }

    /** Whether a scalar in this place is the key of a member. */
    boolean expectsKey() {
        return !open.isEmpty() && open.element().node.isObject() && open.element().key == null;
    }

    void key(String name, Location at) {
        Container object = open.element();
        object.key = name;
        String path = object.next();
        if (object.node.has(name)) {
            faults.add(new Violation(path, "field '" + name + "' is there twice: keep one", at.line(), at.column()));
        }
        locations.put(path, at);
    }

    void value(JsonNode value, Location at) {
        add(value, at);
    }

    private void add(JsonNode value, Location at) {
        Container parent = open.peek();
        if (parent == null) {
            root = value;
            locations.put("", at);
        } else if (parent.node instanceof ArrayNode list) {
            locations.put(parent.next(), at);
            list.add(value);
        } else if (parent.node instanceof ObjectNode object) {
            object.set(String.valueOf(parent.key), value);
            parent.key = null;
        }
    }

    /** Gives up: what follows cannot be understood. */
    RuntimeException fail(String path, String message, Location at) {
        faults.add(new Violation(path, message, at.line(), at.column()));
        throw PipelineDocument.problem(faults);
    }

    PipelineDocument document() {
        if (root == null) {
            throw fail("", "the document is empty", new Location(1, 1));
        }
        if (!faults.isEmpty()) {
            throw PipelineDocument.problem(faults);
        }
        return new PipelineDocument(root, locations);
    }
}
