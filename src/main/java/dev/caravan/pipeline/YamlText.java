package dev.caravan.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads YAML 1.2 event by event: nothing is expanded, constructed or recursed into. */
final class YamlText {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LONGEST_NUMBER = 100;

    private final TreeBuilder tree = new TreeBuilder();
    private final ScalarResolver scalars = new CoreSchema().getScalarResolver();
    private int documents;

    private YamlText() {}

    static PipelineDocument read(String text) {
        YamlText reader = new YamlText();
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(PipelineDocument.MAX_BYTES + 1)
                .build();
        try {
            new Parse(settings).parseString(text).forEach(reader::accept);
        } catch (MarkedYamlEngineException e) {
            Location at = e.getProblemMark().map(YamlText::location).orElse(new Location(1, 1));
            throw reader.tree.fail("", "is not YAML: " + e.getProblem(), at);
        } catch (YamlEngineException e) {
            throw reader.tree.fail("", "is not YAML: " + e.getMessage(), new Location(1, 1));
        }
        return reader.tree.document();
    }

    private void accept(Event event) {
        Location at = event.getStartMark().map(YamlText::location).orElse(new Location(1, 1));
        switch (event.getEventId()) {
            case DocumentStart -> {
                if (++documents > 1) {
                    throw tree.fail("", "a file holds one pipeline: '---' starts a second document", at);
                }
            }
            case Alias -> throw tree.fail("", "aliases (*" + ((AliasEvent) event).getAlias() + ") are not read", at);
            case MappingStart, SequenceStart -> start((CollectionStartEvent) event, at);
            case MappingEnd, SequenceEnd -> tree.end();
            case Scalar -> scalar((ScalarEvent) event, at);
            default -> {
                // starts and ends of the stream carry nothing
            }
        }
    }

    private void start(CollectionStartEvent event, Location at) {
        refuseExtras(event, event.getTag(), at);
        if (tree.expectsKey()) {
            throw tree.fail("", "a field's name must be text" + placeholderHint(event), at);
        }
        if (event.getEventId() == Event.ID.MappingStart) {
            tree.startObject(at);
        } else {
            tree.startArray(at);
        }
    }

    /** {@code key: {{x}}} is, for YAML, a map with a map as its key. */
    private static String placeholderHint(CollectionStartEvent event) {
        return event.isFlow() ? "; a value that starts with '{' needs quotes" : "";
    }

    private void scalar(ScalarEvent event, Location at) {
        refuseExtras(event, event.getTag(), at);
        if (tree.expectsKey()) {
            tree.key(event.getValue(), at);
        } else {
            tree.value(value(event, at), at);
        }
    }

    private void refuseExtras(NodeEvent event, Optional<String> tag, Location at) {
        if (event.getAnchor().isPresent()) {
            throw tree.fail("", "anchors (&" + event.getAnchor().get() + ") are not read", at);
        }
        if (tag.isPresent()) {
            throw tree.fail("", "tags (" + tag.get() + ") are not read", at);
        }
    }

    private JsonNode value(ScalarEvent event, Location at) {
        String text = event.getValue();
        Tag tag = scalars.resolve(text, event.getImplicit().canOmitTagInPlainScalar());
        try {
            if (Tag.NULL.equals(tag)) {
                return JSON.nullNode();
            }
            if (Tag.BOOL.equals(tag)) {
                return JSON.booleanNode(Boolean.parseBoolean(text));
            }
            if (Tag.INT.equals(tag)) {
                return whole(text);
            }
            return Tag.FLOAT.equals(tag) ? decimal(text) : JSON.textNode(text);
        } catch (NumberFormatException e) {
            throw tree.fail("", "'" + text + "' is no number that JSON has: put it in quotes", at);
        }
    }

    private static JsonNode whole(String text) {
        if (text.length() > LONGEST_NUMBER) {
            throw new NumberFormatException(text);
        }
        BigInteger number = text.startsWith("0x")
                ? new BigInteger(text.substring(2), 16)
                : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
        return number.bitLength() < Integer.SIZE
                ? JSON.numberNode(number.intValue())
                : number.bitLength() < Long.SIZE ? JSON.numberNode(number.longValue()) : JSON.numberNode(number);
    }

    private static JsonNode decimal(String text) {
        if (text.length() > LONGEST_NUMBER) {
            throw new NumberFormatException(text);
        }
        return JSON.numberNode(new BigDecimal(text));
    }

    private static Location location(Mark mark) {
        return new Location(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
