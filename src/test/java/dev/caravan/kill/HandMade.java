package dev.caravan.kill;

import dev.caravan.kill.Bucket.Downloaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.core.sync.RequestBody;

/** Deliveries as they should be, made by hand with DuckDB and plain SQL, and the means to spoil them. */
final class HandMade {
    private static final String PIPELINE = "pl_hand";

    private final Bucket bucket;
    private final JdbcClient jdbc;
    private final String topic;
    private final Path scratch;
    private final Connection duck;
    private final Map<String, String> keys = new HashMap<>();
    private final Map<String, UUID> claims = new HashMap<>();

    HandMade(Bucket bucket, JdbcClient jdbc, String topic, Path scratch, Connection duck) {
        this.bucket = bucket;
        this.jdbc = jdbc;
        this.topic = topic;
        this.scratch = scratch;
        this.duck = duck;
    }

    void clear() {
        bucket.list().keySet().forEach(this::remove);
        jdbc.sql("TRUNCATE pipeline_partition, pipeline_file, dead_letter").update();
    }

    /** One range with everything that belongs to it. */
    void range(int partition, long first, long last, String format) throws Exception {
        jdbc.sql("""
                        INSERT INTO pipeline_partition (pipeline, topic, partition, epoch, owner)
                        VALUES (?, ?, ?, 1, 'hand') ON CONFLICT DO NOTHING""").params(PIPELINE, topic, partition).update();
        UUID claim = UUID.randomUUID();
        String key = "kill/" + topic + "-" + partition + "-" + first + "-" + last + "." + format;
        keys.put(partition + ":" + first, key);
        claims.put(partition + ":" + first, claim);
        jdbc.sql("""
                        INSERT INTO pipeline_file (claim_id, partition_id, first_offset, last_offset, epoch, version, batch_time,
                            status, target, object_keys)
                        SELECT ?, id, ?, ?, 1, 1, now(), 'CLAIMED', 's3://lake', ARRAY[?] FROM pipeline_partition
                        WHERE pipeline = ? AND topic = ? AND partition = ?""")
                .params(claim, first, last, key, PIPELINE, topic, partition)
                .update();
        Path file = Files.createTempFile(scratch, "made", "." + format);
        String rows = offsets(partition, first, last, Workload.Kind.ARRIVES)
                .mapToObj(offset ->
                        "(" + partition + ", " + offset + ", " + offset + ", " + Workload.crc(partition, offset) + ")")
                .collect(Collectors.joining(", "));
        copy("SELECT * FROM (VALUES " + rows + ") t(_partition, _offset, seq, crc)", file, partition, first, last);
        put(key, Files.readAllBytes(file), claim.toString());
        commit(partition, first, last);
        offsets(partition, first, last, Workload.Kind.BAD).forEach(offset -> letter(partition, offset));
    }

    /** The ledger takes over what the object is, as if it had been so from the start. */
    private void commit(int partition, long first, long last) throws IOException {
        String key = key(partition, first);
        Downloaded object = bucket.download(key, Files.createTempFile(scratch, "check", ""));
        long out = offsets(partition, first, last, Workload.Kind.ARRIVES).count();
        long dead = offsets(partition, first, last, Workload.Kind.BAD).count();
        jdbc.sql("""
                        UPDATE pipeline_file SET status = 'COMMITTED', objects = cast(? AS jsonb), rows_in = ?, rows_out = ?,
                            rows_filtered = ?, rows_dead = ?, rows_written = ?, bytes = ?, committed_at = now()
                        WHERE claim_id = ?""")
                .params(
                        recorded(object, out),
                        last - first + 1,
                        out,
                        last - first + 1 - out - dead,
                        dead,
                        out,
                        object.bytes(),
                        claim(partition, first))
                .update();
    }

    /** Writes the object anew from a query over its {@code rows}, and lets the ledger agree on bytes and digest. */
    void rewrite(int partition, long first, String query) throws Exception {
        String key = key(partition, first);
        Path before = scratch.resolve("before.parquet");
        Path after = scratch.resolve("after.parquet");
        bucket.download(key, before);
        long[] range = range(key);
        copy("WITH rows AS (FROM read_parquet('" + before + "')) " + query, after, partition, range[0], range[1]);
        put(key, Files.readAllBytes(after), claim(partition, first).toString());
        Downloaded object = bucket.download(key, after);
        String recorded = recorded(object, count(after));
        jdbc.sql("""
                        UPDATE pipeline_file SET bytes = :bytes, objects = cast(:objects AS jsonb), rows_written = :rows,
                            rows_out = least(:rows, rows_in - rows_dead),
                            rows_filtered = rows_in - rows_dead - least(:rows, rows_in - rows_dead)
                        WHERE claim_id = :claim""")
                .param("bytes", object.bytes())
                .param("objects", recorded)
                .param("rows", count(after))
                .param("claim", claim(partition, first))
                .update();
        sums();
    }

    private String recorded(Downloaded object, long rows) {
        return String.format(
                "[{\"key\": \"%s\", \"rows\": %d, \"bytes\": %d, \"sha256\": \"%s\", \"etag\": \"\\\"%s\\\"\"}]",
                object.key(),
                rows,
                object.bytes(),
                object.sha256(),
                bucket.list().get(object.key()).etag().replace("\"", ""));
    }

    void sums() {
        jdbc.sql("""
                UPDATE pipeline_partition p SET (next_offset, files, rows_in, rows_out, rows_filtered, rows_dead, rows_written,
                    bytes) = (SELECT max(last_offset) + 1, count(*), sum(rows_in), sum(rows_out), sum(rows_filtered),
                        sum(rows_dead), sum(rows_written), sum(f.bytes) FROM pipeline_file f WHERE f.partition_id = p.id)""").update();
    }

    void letter(int partition, long offset) {
        jdbc.sql("""
                        INSERT INTO dead_letter (pipeline, topic, partition, "offset", value, headers, timestamp, reason,
                            detail, version)
                        VALUES (?, ?, ?, ?, ?, '[]', now(), 'malformed_json', 'made by hand', 1)""")
                .params(java.util.Arrays.asList(PIPELINE, topic, partition, offset, Workload.value(partition, offset)))
                .update();
    }

    void remove(String key) {
        bucket.client().deleteObject(request -> request.bucket(bucket.name()).key(key));
    }

    void copy(String from, String to) {
        bucket.client().copyObject(request -> request.sourceBucket(bucket.name())
                .sourceKey(from)
                .destinationBucket(bucket.name())
                .destinationKey(to));
    }

    byte[] bytes(String key) {
        return bucket.client()
                .getObjectAsBytes(request -> request.bucket(bucket.name()).key(key))
                .asByteArray();
    }

    /** With the metadata of the object that was there, if there was one. */
    void put(String key, byte[] bytes) {
        boolean known = bucket.list().containsKey(key);
        Map<String, String> metadata = known
                ? bucket.client()
                        .headObject(request -> request.bucket(bucket.name()).key(key))
                        .metadata()
                : Map.of();
        put(key, bytes, metadata);
    }

    void put(String key, byte[] bytes, String claim) {
        String[] parts =
                key.substring(key.lastIndexOf('/') + 1, key.lastIndexOf('.')).split("-");
        put(
                key,
                bytes,
                Map.of(
                        "claim-id",
                        claim,
                        "pipeline",
                        PIPELINE,
                        "version",
                        "1",
                        "first-offset",
                        parts[parts.length - 2],
                        "last-offset",
                        parts[parts.length - 1]));
    }

    private void put(String key, byte[] bytes, Map<String, String> metadata) {
        bucket.client()
                .putObject(
                        request -> request.bucket(bucket.name()).key(key).metadata(metadata),
                        RequestBody.fromBytes(bytes));
    }

    String key(int partition, long first) {
        return keys.get(partition + ":" + first);
    }

    UUID claim(int partition, long first) {
        return claims.get(partition + ":" + first);
    }

    long anOffset(int partition, long first, long last, Workload.Kind kind) {
        long[] some = offsets(partition, first, last, kind).toArray();
        return some[some.length / 2];
    }

    private static LongStream offsets(int partition, long first, long last, Workload.Kind kind) {
        return LongStream.rangeClosed(first, last).filter(offset -> Workload.kind(partition, offset) == kind);
    }

    private long count(Path parquet) throws SQLException {
        try (Statement statement = duck.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM '" + parquet + "'")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static long[] range(String key) {
        String[] parts =
                key.substring(key.lastIndexOf('/') + 1, key.lastIndexOf('.')).split("-");
        return new long[] {Long.parseLong(parts[parts.length - 2]), Long.parseLong(parts[parts.length - 1])};
    }

    private void copy(String query, Path file, int partition, long first, long last) throws SQLException {
        String name = file.toString();
        String footer = "KV_METADATA {\"caravan.pipeline\": '" + PIPELINE + "', \"caravan.version\": '1', "
                + "\"caravan.partition\": '" + partition + "', \"caravan.first_offset\": '" + first
                + "', \"caravan.last_offset\": '" + last + "'}";
        String format = name.endsWith("parquet") ? "parquet, " + footer : name.endsWith("csv") ? "csv, HEADER" : "json";
        try (Statement statement = duck.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT " + format + ")");
        }
    }
}
