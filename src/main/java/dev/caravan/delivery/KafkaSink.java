package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.Rows.Written;
import dev.caravan.batch.Rows.WrittenFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step {@code kafka-sink}: sends each row of a batch to a topic as JSON, at least once: see {@link KafkaTarget}. Set
 * up by its Kamelet.
 */
@SuppressWarnings("NullAway.Init") // the Kamelet sets delivery and rows before the first exchange
public final class KafkaSink implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    private static final FileFormat LINES =
            new FileFormat(FileFormat.Type.NDJSON, FileFormat.Compression.NONE, FileFormat.DEFAULT_ROW_GROUP_SIZE);

    private Delivery delivery;
    private KafkaRows rows;
    private String topic = "";
    private @Nullable String key;

    public void setDelivery(Delivery delivery) {
        this.delivery = delivery;
    }

    public void setRows(KafkaRows rows) {
        this.rows = rows;
    }

    public void setTopic(String topic) {
        this.topic = topic;
    }

    /** @param key the column whose value becomes the record's key; empty for records without one */
    public void setKey(String key) {
        this.key = key.isEmpty() ? null : key;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        long start = System.nanoTime();
        Written written;
        try (Workplace workplace = Workplace.beside(batch.spool())) {
            written = batch.rows().write(LINES, List.of(), Map.of(), workplace.directory());
            List<Path> files = written.files().stream().map(WrittenFile::file).toList();
            delivery.deliver(batch, written, new KafkaTarget(rows, topic, key, files, batch.trace()));
        }
        LOG.info(
                "Sent {} to {}: {} rows, {} ms", batch, topic, written.rows(), (System.nanoTime() - start) / 1_000_000);
    }
}
