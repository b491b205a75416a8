package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.OffsetRange;
import dev.caravan.batch.Rows.Written;
import dev.caravan.batch.Rows.WrittenFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step {@code s3-sink}: makes files of a batch and delivers them to a bucket. Set up by its Kamelet. */
@SuppressWarnings("NullAway.Init") // the Kamelet sets delivery and objects before the first exchange
public final class S3Sink implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(S3Sink.class);

    private Delivery delivery;
    private S3Objects objects;
    private String bucket = "";
    private String prefix = "";
    private String format = "parquet";
    private String compression = "zstd";
    private int rowGroupSize = FileFormat.DEFAULT_ROW_GROUP_SIZE;
    private List<String> partitionBy = List.of();

    public void setDelivery(Delivery delivery) {
        this.delivery = delivery;
    }

    public void setObjects(S3Objects objects) {
        this.objects = objects;
    }

    public void setBucket(String bucket) {
        this.bucket = bucket;
    }

    /** @param prefix with date patterns in braces: see {@link ObjectKey} */
    public void setPrefix(String prefix) {
        this.prefix = prefix;
    }

    /** @param format parquet, ndjson or csv */
    public void setFormat(String format) {
        this.format = format;
    }

    /** @param compression zstd, gzip, none, and for Parquet snappy */
    public void setCompression(String compression) {
        this.compression = compression;
    }

    public void setRowGroupSize(int rowGroupSize) {
        this.rowGroupSize = rowGroupSize;
    }

    /** @param partitionBy SQL expressions with their column names, as a JSON array or with commas between */
    public void setPartitionBy(String partitionBy) {
        this.partitionBy = Expressions.parse(partitionBy);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Batch batch = exchange.getMessage().getMandatoryBody(Batch.class);
        long start = System.nanoTime();
        FileFormat fileFormat = fileFormat();
        List<StoredObject> stored;
        try (Workplace workplace = Workplace.beside(batch.spool())) {
            Written written = batch.rows().write(fileFormat, partitionBy, metadata(batch), workplace.directory());
            S3Target target =
                    new S3Target(objects, bucket, written.files(), keys(batch, written, fileFormat), batch.trace());
            stored = delivery.deliver(batch, written, target);
        }
        log(batch, stored, (System.nanoTime() - start) / 1_000_000);
    }

    private FileFormat fileFormat() {
        return new FileFormat(FileFormat.Type.of(format), FileFormat.Compression.of(compression), rowGroupSize);
    }

    private List<String> keys(Batch batch, Written written, FileFormat fileFormat) {
        return written.files().stream()
                .map(file -> key(batch, file, fileFormat))
                .toList();
    }

    private String key(Batch batch, WrittenFile file, FileFormat fileFormat) {
        try {
            return ObjectKey.of(
                    prefix,
                    batch.range(),
                    batch.generation(),
                    batch.replay(),
                    batch.batchTime(),
                    file.folder(),
                    fileFormat.extension());
        } catch (IllegalArgumentException e) {
            throw BatchException.pause(
                    "object_key_refused", e.getMessage() + ". Correct 'prefix' or 'partition_by' of the sink.");
        }
    }

    /** The same for every attempt, or the files of two attempts would differ. */
    private static Map<String, String> metadata(Batch batch) {
        OffsetRange range = batch.range();
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("caravan.pipeline", batch.pipeline());
        metadata.put("caravan.version", Integer.toString(batch.version()));
        metadata.put("caravan.generation", Integer.toString(batch.generation()));
        metadata.put("caravan.topic", range.topic());
        metadata.put("caravan.partition", Integer.toString(range.partition()));
        metadata.put("caravan.first_offset", Long.toString(range.first()));
        metadata.put("caravan.last_offset", Long.toString(range.last()));
        return metadata;
    }

    private void log(Batch batch, List<StoredObject> stored, long millis) {
        if (stored.isEmpty()) {
            LOG.debug("Nothing to write of {} after {} ms", batch, millis);
        }
        for (StoredObject object : stored) {
            LOG.info(
                    "Wrote s3://{}/{}: {} rows, {} bytes, {} ms",
                    bucket,
                    object.key(),
                    object.rows(),
                    object.bytes(),
                    millis);
        }
    }
}
