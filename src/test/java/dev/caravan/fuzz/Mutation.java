package dev.caravan.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Breaks what is valid, a little or for good. */
final class Mutation {
    private final Random random;
    private final SchemaValues values;

    Mutation(Random random, SchemaValues values) {
        this.random = random;
        this.values = values;
    }

    /** Changes one place: another value, a member less, one more. Limits of time stay, see {@link Moves}. */
    JsonNode nearly(JsonNode valid) {
        JsonNode changed = valid.deepCopy();
        List<JsonNode> containers = new ArrayList<>();
        collect(changed, containers);
        if (containers.isEmpty()) {
            return values.anything(0);
        }
        JsonNode at = containers.get(random.nextInt(containers.size()));
        if (at instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            names.remove("timeout");
            if (names.isEmpty() || random.nextInt(3) == 0) {
                object.set("unknown_" + random.nextInt(9), values.anything(4));
            } else if (random.nextInt(3) == 0) {
                object.remove(names.get(random.nextInt(names.size())));
            } else {
                object.set(names.get(random.nextInt(names.size())), values.anything(3));
            }
        } else if (at instanceof ArrayNode array) {
            array.insert(random.nextInt(array.size() + 1), values.anything(3));
        }
        return changed;
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    /** Bytes that are no JSON any more, or hardly. */
    byte[] broken(byte[] valid) {
        byte[] bytes = valid.clone();
        switch (random.nextInt(7)) {
            case 0 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            }
            case 1 -> {
                for (int i = 1 + random.nextInt(5); i > 0 && bytes.length > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                return bytes;
            }
            case 2 -> {
                int depth = random.nextInt(3_000);
                return ("[".repeat(depth) + "]".repeat(depth)).getBytes(StandardCharsets.UTF_8);
            }
            case 3 -> {
                return new String(bytes, StandardCharsets.UTF_8)
                        .replaceFirst("\"[a-z]", "\"\\\\ud800")
                        .getBytes(StandardCharsets.UTF_8);
            }
            case 4 -> {
                return new String(bytes, StandardCharsets.UTF_8)
                        .replaceFirst("\\{", "{\"operation\": \"list\",")
                        .getBytes(StandardCharsets.UTF_8);
            }
            case 5 -> {
                return new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16);
            }
            default -> {
                byte[] noise = new byte[random.nextInt(2_000)];
                random.nextBytes(noise);
                return noise;
            }
        }
    }

    static byte[] zipped(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(body);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
