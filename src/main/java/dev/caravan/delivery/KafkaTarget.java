package dev.caravan.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.trace.TraceContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends the lines of NDJSON files to a topic. At least once: a claim done again sends its rows again, with the same
 * {@code caravan-claim} and {@code caravan-row} headers, so that consumers can drop repeats.
 */
final class KafkaTarget implements Target {
    static final String CLAIM = "caravan-claim";
    static final String ROW = "caravan-row";
    private static final JsonFactory JSON = new JsonFactory();

    private final KafkaRows rows;
    private final String topic;
    private final @Nullable String key;
    private final List<Path> files;
    private final byte[] trace;

    /**
     * @param key the column whose value becomes the record's key; null for records without one
     * @param trace of the batch, for the records to go on with
     */
    KafkaTarget(KafkaRows rows, String topic, @Nullable String key, List<Path> files, TraceContext trace) {
        this.rows = rows;
        this.topic = topic;
        this.key = key;
        this.files = List.copyOf(files);
        this.trace = trace.traceparent().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String name() {
        return "kafka:" + topic;
    }

    @Override
    public List<String> objectKeys() {
        return List.of();
    }

    @Override
    public List<StoredObject> write(Claim claim, Consumer<String> takeBack) {
        long row = 0;
        for (Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                Records records = new Records(claim, lines, row);
                rows.send(topic, () -> records);
                row = records.row;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return List.of();
    }

    @Override
    public void remove(Claim claim, String objectKey) {
        throw new IllegalStateException("a topic has no objects");
    }

    /** Reads one line ahead and no more: the rows of a batch need not fit into memory. */
    private final class Records implements Iterator<ProducerRecord<byte[], byte[]>> {
        private final byte[] claim;
        private final BufferedReader lines;
        private long row;
        private @Nullable String next;

        Records(Claim claim, BufferedReader lines, long row) throws IOException {
            this.claim = claim.id().toString().getBytes(StandardCharsets.UTF_8);
            this.lines = lines;
            this.row = row;
            this.next = lines.readLine();
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public ProducerRecord<byte[], byte[]> next() {
            String line = next;
            if (line == null) {
                throw new java.util.NoSuchElementException();
            }
            ProducerRecord<byte[], byte[]> made =
                    new ProducerRecord<>(topic, keyOf(line), line.getBytes(StandardCharsets.UTF_8));
            made.headers().add(CLAIM, claim);
            made.headers().add(TraceContext.HEADER, trace);
            made.headers().add(ROW, Long.toString(row++).getBytes(StandardCharsets.UTF_8));
            try {
                next = lines.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return made;
        }
    }

    private byte @Nullable [] keyOf(String line) {
        if (key == null) {
            return null;
        }
        try (JsonParser json = JSON.createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals(key)) {
                    return value == JsonToken.VALUE_NULL || value.isStructStart()
                            ? null
                            : json.getText().getBytes(StandardCharsets.UTF_8);
                }
                json.skipChildren();
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
