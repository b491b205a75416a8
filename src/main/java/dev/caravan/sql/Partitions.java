package dev.caravan.sql;

import dev.caravan.batch.BatchException;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.Rows.WrittenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes rows into Hive folders, one file in each, in the order of the folders' names. */
final class Partitions implements BatchRun.Output {
    static final int MAX_PARTITIONS = 1_000;

    /** Partitions that are written at the same time when all of them at once need too much memory. */
    private static final int TOGETHER = 64;

    private static final String NULL_VALUE = "__HIVE_DEFAULT_PARTITION__";

    private final Session session;
    private final Target target;
    private final List<String> keys;
    private final Path directory;

    /** @param keys names of the partition columns */
    Partitions(Session session, Target target, List<String> keys, Path directory) {
        this.session = session;
        this.target = target;
        this.keys = keys;
        this.directory = directory;
    }

    /** A partition: its folder, how to tell its rows, and how many there are. */
    private record Partition(String folder, String condition, long rows) {}

    @Override
    public List<WrittenFile> write(String select) throws SQLException, IOException {
        try {
            List<WrittenFile> files = target.format().type() == FileFormat.Type.PARQUET ? atOnce(select) : null;
            return files == null ? inGroups(select) : files;
        } catch (SQLException e) {
            TemporaryFiles.empty(directory);
            throw e;
        }
    }

    /** @return null when it has to be done in groups */
    private @Nullable List<WrittenFile> atOnce(String select) throws SQLException, IOException {
        try {
            List<WrittenFile> files = copy(select, List.of(), directory, Map.of());
            requireFew(files.size());
            if (!hasTwins(files.stream().map(WrittenFile::folder).toList())) {
                return sorted(files);
            }
        } catch (SQLException e) {
            if (SqlFailure.of(e).kind() != SqlFailure.Kind.MEMORY) {
                throw e;
            }
        }
        TemporaryFiles.empty(directory);
        return null;
    }

    private List<WrittenFile> inGroups(String select) throws SQLException, IOException {
        List<String> columns = columns(select);
        List<Partition> partitions = partitions(select);
        requireFew(partitions.size());
        List<WrittenFile> files = new ArrayList<>();
        List<List<Partition>> groups = groups(partitions);
        for (List<Partition> group : groups) {
            Path place = Files.createDirectory(directory.resolve("group-" + files.size()));
            String rows = groups.size() == 1
                    ? select
                    : "SELECT * FROM (" + select + ") WHERE "
                            + group.stream().map(Partition::condition).collect(Collectors.joining(" OR "));
            Map<String, Long> counts = group.stream().collect(Collectors.toMap(Partition::folder, Partition::rows));
            files.addAll(copy(rows, columns, place, counts));
        }
        return sorted(files);
    }

    private List<WrittenFile> copy(String select, List<String> columns, Path place, Map<String, Long> counts)
            throws SQLException, IOException {
        String statement = target.copyPartitioned(select, columns, keys, place);
        Map<String, Long> rows = new HashMap<>(counts);
        if (target.format().type() == FileFormat.Type.PARQUET) {
            session.query(
                            Target.withStatistics(statement),
                            row -> Map.entry(folder(place, Path.of(row.getString(1))), row.getLong(2)))
                    .forEach(file -> rows.put(file.getKey(), file.getValue()));
        } else {
            session.execute(statement);
        }
        List<WrittenFile> files = new ArrayList<>();
        for (Path file : TemporaryFiles.in(place)) {
            String folder = folder(place, file);
            files.add(new WrittenFile(file, folder, rows.getOrDefault(folder, 0L), Files.size(file)));
        }
        return files;
    }

    private static String folder(Path place, Path file) {
        Path parent = place.relativize(file.toAbsolutePath().normalize()).getParent();
        return parent == null ? "" : parent.toString().replace('\\', '/');
    }

    private List<String> columns(String select) throws SQLException {
        Set<String> partitionColumns = keys.stream().map(Partitions::small).collect(Collectors.toSet());
        return session.query("DESCRIBE " + select, row -> row.getString(1)).stream()
                .filter(column -> !partitionColumns.contains(small(column)))
                .toList();
    }

    private List<Partition> partitions(String select) throws SQLException {
        List<String> texts = keys.stream()
                .map(key -> "CAST(" + Quoted.name(key) + " AS VARCHAR)")
                .toList();
        String all = String.join(", ", texts);
        return session.query(
                "SELECT " + all + ", count(*) FROM (" + select + ") GROUP BY " + all + " LIMIT " + (MAX_PARTITIONS + 1),
                row -> {
                    List<String> folders = new ArrayList<>();
                    List<String> conditions = new ArrayList<>();
                    for (int i = 0; i < keys.size(); i++) {
                        String value = row.getString(i + 1);
                        folders.add(encode(keys.get(i)) + "=" + (value == null ? NULL_VALUE : encode(value)));
                        conditions.add(texts.get(i) + (value == null ? " IS NULL" : " = " + Quoted.text(value)));
                    }
                    return new Partition(
                            String.join("/", folders),
                            "(" + String.join(" AND ", conditions) + ")",
                            row.getLong(keys.size() + 1));
                });
    }

    /** Folders that differ only in case must not meet on a file system that does not tell them apart. */
    private static List<List<Partition>> groups(List<Partition> partitions) {
        List<List<Partition>> groups = new ArrayList<>();
        List<Set<String>> names = new ArrayList<>();
        for (Partition partition : partitions) {
            String name = small(partition.folder());
            int index = 0;
            while (index < groups.size()
                    && (groups.get(index).size() == TOGETHER || names.get(index).contains(name))) {
                index++;
            }
            if (index == groups.size()) {
                groups.add(new ArrayList<>());
                names.add(new HashSet<>());
            }
            groups.get(index).add(partition);
            names.get(index).add(name);
        }
        return groups;
    }

    private static boolean hasTwins(List<String> folders) {
        return folders.stream().map(Partitions::small).distinct().count() < folders.size();
    }

    private static List<WrittenFile> sorted(List<WrittenFile> files) {
        return files.stream().sorted(Comparator.comparing(WrittenFile::folder)).toList();
    }

    private void requireFew(int count) throws IOException {
        if (count > MAX_PARTITIONS) {
            TemporaryFiles.empty(directory);
            throw BatchException.pause(
                    "too_many_partitions",
                    "partition_by makes more than " + MAX_PARTITIONS + " partitions of one batch");
        }
    }

    private static String small(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Percent-encoding as DuckDB writes it in folder names: letters, digits and {@code -_.~} stay. */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean stays = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.~".indexOf(c) >= 0;
            if (stays) {
                encoded.append(c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
