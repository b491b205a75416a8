package dev.caravan.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What one would write by hand for this one query: consumer, spool file, DuckDB {@code COPY}, PUT, {@code commitSync}, on
 * one thread. Bytes go straight from the fetch buffer into the file. No ledger, no Camel, no bad-record path; at least
 * once.
 */
final class BareLoop implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final Duration POLL = Duration.ofMillis(100);

    private final String kafka;
    private final Path directory;
    private final int messagesPerFile;
    private final S3Client s3;
    private final Connection duckdb;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    BareLoop(String kafka, S3Client s3, Path directory, int messagesPerFile) throws IOException, SQLException {
        this.kafka = kafka;
        this.s3 = s3;
        this.directory = Files.createDirectories(directory);
        this.messagesPerFile = messagesPerFile;
        this.duckdb = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = duckdb.createStatement()) {
            statement.execute("SET threads=1");
        }
    }

    /** Reads {@code messages} with a group of its own; returns once the last of them is committed. */
    void run(String group, String bucket, long messages, Runnable started) throws IOException, SQLException {
        try (KafkaConsumer<byte[], ByteBuffer> consumer = consumer(group)) {
            consumer.subscribe(List.of(Events.TOPIC), onAssignment(started));
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            FileChannel spool = open();
            int inFile = 0;
            long committed = 0;
            while (committed < messages) {
                var polled = consumer.poll(POLL);
                for (TopicPartition partition : polled.partitions()) {
                    List<ConsumerRecord<byte[], ByteBuffer>> records = polled.records(partition);
                    for (ConsumerRecord<byte[], ByteBuffer> message : records) {
                        append(spool, message.value());
                        if (++inFile == messagesPerFile || committed + inFile == messages) {
                            flush(spool);
                            spool.close();
                            positions.put(partition, new OffsetAndMetadata(message.offset() + 1));
                            write(bucket, "bare/" + committed + ".parquet");
                            consumer.commitSync(positions);
                            committed += inFile;
                            inFile = 0;
                            spool = open();
                        }
                    }
                    positions.put(
                            partition,
                            new OffsetAndMetadata(
                                    records.get(records.size() - 1).offset() + 1));
                }
            }
            spool.close();
        }
    }

    private static ConsumerRebalanceListener onAssignment(Runnable started) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
                started.run();
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> revoked) {}
        };
    }

    private KafkaConsumer<byte[], ByteBuffer> consumer(String group) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteBufferDeserializer());
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(
                directory.resolve("spool.ndjson"),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    private void append(FileChannel spool, ByteBuffer value) throws IOException {
        if (buffer.remaining() <= value.remaining()) {
            flush(spool);
        }
        buffer.put(value).put((byte) '\n');
    }

    private void flush(FileChannel spool) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            spool.write(buffer);
        }
        buffer.clear();
    }

    private void write(String bucket, String key) throws SQLException {
        Path file = directory.resolve("out.parquet");
        String sql = "COPY (WITH events AS (FROM read_json('" + directory.resolve("spool.ndjson")
                + "', format = 'newline_delimited', columns = {user_id: 'BIGINT', event: 'VARCHAR', amount: 'DOUBLE',"
                + " ts: 'VARCHAR'})) " + Events.QUERY + ") TO '" + file + "' (FORMAT parquet, COMPRESSION zstd)";
        try (Statement statement = duckdb.createStatement()) {
            statement.execute(sql);
        }
        s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromFile(file));
    }

    @Override
    public void close() throws SQLException {
        duckdb.close();
    }
}
