package dev.caravan.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads JSON token by token, with places. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonText() {}

    static PipelineDocument read(String text) {
        TreeBuilder tree = new TreeBuilder();
        try (JsonParser parser = JSON.createParser(text)) {
            int depth = 0;
            int read = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Location at = location(parser.currentTokenLocation());
                if (depth == 0 && read++ > 0) {
                    throw tree.fail("", "a file holds one pipeline: something follows it", at);
                }
                depth += token.isStructStart() ? 1 : 0;
                accept(parser, token, tree, at);
                depth -= token.isStructEnd() ? 1 : 0;
            }
        } catch (JsonProcessingException e) {
            throw tree.fail("", "is not JSON: " + e.getOriginalMessage(), location(e.getLocation()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree.document();
    }

    private static void accept(JsonParser parser, JsonToken token, TreeBuilder tree, Location at) throws IOException {
        switch (token) {
            case START_OBJECT -> tree.startObject(at);
            case START_ARRAY -> tree.startArray(at);
            case END_OBJECT, END_ARRAY -> tree.end();
            case FIELD_NAME -> tree.key(parser.currentName(), at);
            default -> tree.value(value(parser, token), at);
        }
    }

    private static JsonNode value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(token == JsonToken.VALUE_TRUE);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            case VALUE_NUMBER_INT -> whole(parser);
            default -> NODES.nullNode();
        };
    }

    private static JsonNode whole(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private static Location location(JsonLocation at) {
        return new Location(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
    }
}
