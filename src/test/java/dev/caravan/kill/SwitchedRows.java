package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.util.FileSystemUtils;

/** The rows that a pipeline with many versions has written, against the claims of its ledger. */
final class SwitchedRows implements AutoCloseable {
    private static final int BAD_EACH = 20;
    private static final int BAD_AT = 7;
    private static final Pattern NUMBER = Pattern.compile("([0-9]+) AS v");

    private final Bucket bucket;
    private final String prefix;
    private final Path directory;
    private final Connection duck;

    SwitchedRows(Bucket bucket, String prefix) throws IOException, SQLException {
        this.bucket = bucket;
        this.prefix = prefix;
        this.directory = Files.createTempDirectory("switched");
        this.duck = DriverManager.getConnection("jdbc:duckdb:");
    }

    /** Strict versions cannot read it. */
    static boolean isBad(long offset) {
        return offset % BAD_EACH == BAD_AT;
    }

    /**
     * @param each messages in each partition
     * @param files what the operation of that name answers
     * @param versions what the operation of that name answers
     */
    void mustAccountFor(int partitions, long each, JsonNode files, JsonNode versions) throws SQLException, IOException {
        Map<Integer, Integer> numbers = numbers(versions.path("items"));
        Set<String> objects = new HashSet<>();
        Set<String> seen = new HashSet<>();
        Map<Integer, List<JsonNode>> ranges = new HashMap<>();
        for (JsonNode file : files.path("items")) {
            assertThat(file.path("status").asText()).as("%s", file).isEqualTo("committed");
            int number = numbers.get(file.path("version").asInt());
            for (JsonNode object : file.path("objects")) {
                objects.add(object.path("key").asText());
                rows(object.path("key").asText(), file, number, seen);
            }
            if (!file.path("replay").asBoolean()) {
                ranges.computeIfAbsent(file.path("partition").asInt(), partition -> new ArrayList<>())
                        .add(file);
            }
        }
        assertThat(seen).as("messages that arrived").hasSize((int) (partitions * each));
        assertThat(bucket.list().keySet()).as("objects that nobody knows").isEqualTo(objects);
        ranges.values().forEach(claims -> mustFollowEachOther(claims, each));
    }

    /** By the version of the ledger, the number that its query writes. */
    private static Map<Integer, Integer> numbers(JsonNode versions) {
        Map<Integer, Integer> numbers = new HashMap<>();
        for (JsonNode version : versions) {
            Matcher number = NUMBER.matcher(
                    version.at("/document/steps/0/properties/query").asText());
            assertThat(number.find()).as("%s", version).isTrue();
            numbers.put(version.path("version").asInt(), Integer.parseInt(number.group(1)));
        }
        return numbers;
    }

    private void rows(String key, JsonNode file, int number, Set<String> seen) throws SQLException, IOException {
        assertThat(key).startsWith(prefix + "/");
        Path local = Files.createTempFile(directory, "object", ".parquet");
        bucket.download(key, local);
        try (Statement statement = duck.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT n, v, _partition, _offset FROM read_parquet('" + local + "')")) {
            while (row.next()) {
                long offset = row.getLong(4);
                String message = row.getInt(3) + ":" + offset;
                assertThat(seen.add(message)).as(message + " arrived once").isTrue();
                assertThat(row.getInt(2))
                        .as("number of the version of " + message)
                        .isEqualTo(number);
                assertThat(row.getLong(1)).as("value of " + message).isEqualTo(isBad(offset) ? -1 : offset);
                assertThat(row.getInt(3)).isEqualTo(file.path("partition").asInt());
                assertThat(offset)
                        .isBetween(
                                file.path("first_offset").asLong(),
                                file.path("last_offset").asLong());
            }
        }
    }

    private static void mustFollowEachOther(List<JsonNode> claims, long each) {
        claims.sort(java.util.Comparator.comparingLong(
                claim -> claim.path("first_offset").asLong()));
        long next = 0;
        int version = 0;
        for (JsonNode claim : claims) {
            assertThat(claim.path("first_offset").asLong()).as("%s", claim).isEqualTo(next);
            assertThat(claim.path("version").asInt()).as("%s", claim).isGreaterThanOrEqualTo(version);
            next = claim.path("last_offset").asLong() + 1;
            version = claim.path("version").asInt();
        }
        assertThat(next).isEqualTo(each);
    }

    @Override
    public void close() throws SQLException, IOException {
        duck.close();
        FileSystemUtils.deleteRecursively(directory);
    }
}
