package dev.caravan.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.FileFormat.Compression;
import dev.caravan.batch.FileFormat.Type;
import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Rows.WrittenFile;
import dev.caravan.batch.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class RowFilesTest {
    private static final FileFormat PARQUET = format(Type.PARQUET, Compression.ZSTD);
    private static final String[] ORDERS = {
        "{\"id\":1,\"day\":\"2026-01-02\",\"c\":\"CH\"}",
        "{\"id\":2,\"day\":\"2026-01-01\",\"c\":\"a b/ü=\"}",
        "{\"id\":3,\"day\":\"2026-01-01\",\"c\":\"CH\"}",
        "{\"id\":4,\"day\":null,\"c\":\"\"}"
    };

    private static SqlGuard guard;

    @TempDir
    private Path directory;

    private SqlEngine engine;
    private int number;

    @BeforeAll
    static void start() {
        guard = new SqlGuard();
    }

    @AfterAll
    static void stop() {
        guard.close();
    }

    @BeforeEach
    void open() {
        engine = new SqlEngine(directory, SqlSettings.defaults(), guard);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void everyFormatAndCompressionCanBeReadAgain() throws Exception {
        for (Type type : Type.values()) {
            for (Compression compression : Compression.values()) {
                if (!type.takes(compression)) {
                    continue;
                }
                FileFormat format = format(type, compression);
                Rows.Written written = write(format, List.of(), "SELECT id, c FROM events", ORDERS);
                WrittenFile file = written.files().get(0);
                assertThat(file.file().toString()).endsWith(format.extension());
                assertThat(file.rows()).as("%s", format).isEqualTo(4);
                assertThat(file.bytes()).isEqualTo(Files.size(file.file()));
                assertThat(query("SELECT id || coalesce(c, '') FROM " + Quoted.path(file.file()) + " ORDER BY id"))
                        .containsExactly("1CH", "2a b/ü=", "3CH", "4");
            }
        }
    }

    @Test
    void parquetFilesCarryTheMetadataAndTheRowGroupSize() throws Exception {
        String[] messages =
                IntStream.range(0, 5000).mapToObj(i -> "{\"id\":" + i + "}").toArray(String[]::new);
        Rows rows = rows("SELECT id FROM events", messages);
        Rows.Written written = rows.write(
                new FileFormat(Type.PARQUET, Compression.SNAPPY, 2048),
                List.of(),
                Map.of("caravan.pipeline", "it's \"p\"", "caravan.first_offset", "1"),
                empty());
        String file = Quoted.path(written.files().get(0).file());
        assertThat(query(
                        "SELECT decode(key) || '=' || decode(value) FROM parquet_kv_metadata(" + file + ") ORDER BY 1"))
                .containsExactly("caravan.first_offset=1", "caravan.pipeline=it's \"p\"");
        assertThat(query("SELECT count(DISTINCT row_group_id) FROM parquet_metadata(" + file + ")"))
                .containsExactly("3");
    }

    @Test
    void partitionsBecomeHiveFoldersInFixedOrder() throws Exception {
        for (FileFormat format :
                List.of(PARQUET, format(Type.NDJSON, Compression.GZIP), format(Type.CSV, Compression.NONE))) {
            Rows.Written written =
                    write(format, List.of("day", "lower(c) AS country"), "SELECT id, day, c FROM events", ORDERS);
            assertThat(written.files())
                    .extracting(WrittenFile::folder)
                    .as("%s", format)
                    .containsExactly(
                            "day=2026-01-01/country=a%20b%2F%C3%BC%3D",
                            "day=2026-01-01/country=ch",
                            "day=2026-01-02/country=ch",
                            "day=__HIVE_DEFAULT_PARTITION__/country=");
            assertThat(written.files()).extracting(WrittenFile::rows).containsExactly(1L, 1L, 1L, 1L);
            assertThat(query("SELECT id || c FROM "
                            + Quoted.path(written.files().get(0).file())))
                    .containsExactly("2a b/ü=");
            assertThat(query("SELECT column_name FROM (DESCRIBE FROM " + reader(format) + "("
                            + Quoted.path(written.files().get(1).file()) + ", hive_partitioning=false))"))
                    .containsExactly("id", "c");
        }
    }

    @Test
    void metadataColumnsCanPartitionWithoutAQuery() {
        Spool spool = SpoolFixture.of(directory, EnumSet.of(MetaColumn.TIMESTAMP), "{\"a\":1}", "{\"a\":2}");
        Rows.Written written = engine.open(spool, Map.of(), Instant.EPOCH)
                .write(PARQUET, List.of("strftime(_timestamp, '%Y-%m-%d') AS day"), Map.of(), empty());
        assertThat(written.files()).extracting(WrittenFile::folder).containsExactly("day=2023-11-14");
    }

    @Test
    void foldersThatDifferInCaseOnlyAreKeptApart() throws Exception {
        for (FileFormat format : List.of(PARQUET, format(Type.CSV, Compression.GZIP))) {
            Rows.Written written = write(
                    format, List.of("c"), "SELECT * FROM events", "{\"id\":1,\"c\":\"CH\"}", "{\"id\":2,\"c\":\"ch\"}");
            assertThat(written.files()).extracting(WrittenFile::folder).containsExactly("c=CH", "c=ch");
            assertThat(written.files().get(0).file().getParent().getParent())
                    .isNotEqualTo(written.files().get(1).file().getParent().getParent());
        }
    }

    @Test
    void aThousandPartitionsAreWrittenAndOneMorePausesThePipeline() {
        String[] messages = IntStream.range(0, 2000)
                .mapToObj(i -> "{\"id\":" + i + ",\"t\":\"" + "x".repeat(200) + "\"}")
                .toArray(String[]::new);
        for (FileFormat format : List.of(PARQUET, format(Type.NDJSON, Compression.NONE))) {
            Rows.Written written = write(format, List.of("id % 1000 AS p"), "SELECT * FROM events", messages);
            assertThat(written.files()).hasSize(1000).allMatch(file -> file.rows() == 2);
            assertThatThrownBy(() -> write(format, List.of("id % 1001 AS p"), "SELECT * FROM events", messages))
                    .isInstanceOfSatisfying(
                            BatchException.class, e -> assertThat(e.reason()).isEqualTo("too_many_partitions"));
        }
    }

    @Test
    void partitionsThatNeedTooMuchMemoryTogetherAreWrittenInGroups() throws Exception {
        String[] messages = IntStream.range(0, 3000)
                .mapToObj(i -> "{\"id\":" + i + ",\"t\":\"" + "x".repeat(100) + "\"}")
                .toArray(String[]::new);
        try (SqlEngine small =
                new SqlEngine(directory, new SqlSettings(DataSize.ofMegabytes(100), Duration.ofSeconds(60)), guard)) {
            Rows.Written written = small.open(SpoolFixture.of(directory, messages), Map.of(), Instant.EPOCH)
                    .write(PARQUET, List.of("id % 600 AS p"), Map.of(), empty());
            assertThat(written.files()).hasSize(600).allMatch(file -> file.rows() == 5);
            assertThat(query("SELECT string_agg(id, ' ') FROM "
                            + Quoted.path(written.files().get(0).file())))
                    .containsExactly("0 600 1200 1800 2400");
        }
    }

    @Test
    void noRowMakesNoFile() {
        for (FileFormat format :
                List.of(PARQUET, format(Type.NDJSON, Compression.GZIP), format(Type.CSV, Compression.NONE))) {
            for (List<String> partitionBy : List.of(List.<String>of(), List.of("c"))) {
                Path target = empty();
                Rows.Written written =
                        rows("SELECT * FROM events WHERE id > 9", ORDERS).write(format, partitionBy, Map.of(), target);
                assertThat(written.files()).isEmpty();
                assertThat(target).isEmptyDirectory();
            }
        }
    }

    @Test
    void theSameBatchGivesTheSameBytes() throws IOException {
        String query =
                "SELECT c, count(*) AS n, list(id) AS ids, any_value(day) AS d, now() AS t FROM events GROUP BY c";
        byte[] first = Files.readAllBytes(
                write(PARQUET, List.of(), query, ORDERS).files().get(0).file());
        try (SqlEngine other = new SqlEngine(directory, SqlSettings.defaults(), guard)) {
            Rows.Written again = other.open(SpoolFixture.of(directory, ORDERS), Map.of(), Instant.EPOCH)
                    .select("s", query)
                    .write(PARQUET, List.of(), Map.of(), empty());
            assertThat(Files.readAllBytes(again.files().get(0).file())).isEqualTo(first);
        }
    }

    @Test
    void onlyTheFilesAreLeft() throws IOException {
        write(PARQUET, List.of("c"), "SELECT * FROM events", ORDERS);
        try (var left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .allMatch(name -> name.startsWith("spool-") || name.startsWith("out-"));
        }
    }

    private static FileFormat format(Type type, Compression compression) {
        return new FileFormat(type, compression, FileFormat.DEFAULT_ROW_GROUP_SIZE);
    }

    private static String reader(FileFormat format) {
        return switch (format.type()) {
            case PARQUET -> "read_parquet";
            case NDJSON -> "read_json";
            case CSV -> "read_csv";
        };
    }

    private Rows rows(String query, String... messages) {
        return engine.open(SpoolFixture.of(directory, messages), Map.of(), Instant.EPOCH)
                .select("s", query);
    }

    private Rows.Written write(FileFormat format, List<String> partitionBy, String query, String... messages) {
        Rows.Written written = rows(query, messages).write(format, partitionBy, Map.of(), empty());
        assertThat(written.dead()).isEmpty();
        return written;
    }

    private Path empty() {
        return directory.resolve("out-" + number++).toFile().mkdir()
                ? directory.resolve("out-" + (number - 1))
                : directory;
    }

    private static List<String> query(String sql) throws Exception {
        try (Connection connection = Sessions.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (result.next()) {
                values.add(result.getString(1));
            }
            return values;
        }
    }
}
