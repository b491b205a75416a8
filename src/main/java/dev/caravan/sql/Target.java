package dev.caravan.sql;

import dev.caravan.batch.FileFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a file is made of: the options of COPY. */
record Target(FileFormat format, Map<String, String> metadata) {
    /** A COPY into one file. */
    String copy(String select, Path file) {
        return "COPY (" + select + ") TO " + Quoted.path(file) + " (" + options() + ", WRITE_EMPTY_FILE false)";
    }

    /** A COPY into Hive folders of {@code directory}; the partition columns are not in the files. */
    String copyPartitioned(String select, List<String> columns, List<String> partitionColumns, Path directory) {
        String rows = "SELECT * FROM (" + select + ")";
        String options = options();
        if (format.type() == FileFormat.Type.NDJSON) {
            // COPY … (FORMAT json) has no PARTITION_BY; a line of JSON is a CSV row of one column without quotes
            String members = columns.stream()
                    .map(column -> Quoted.name(column) + ": " + Quoted.name(column))
                    .collect(Collectors.joining(", "));
            rows = "SELECT to_json({" + members + "}) AS json, " + names(partitionColumns) + " FROM (" + select + ")";
            options = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\\x01', COMPRESSION "
                    + format.compression().wireName();
        }
        return "COPY (" + rows + ") TO " + Quoted.path(directory) + " (" + options + ", PARTITION_BY ("
                + names(partitionColumns) + "), FILE_EXTENSION "
                + Quoted.text(format.extension().substring(1)) + ", OVERWRITE_OR_IGNORE)";
    }

    /** The same Parquet COPY, answering a row for each file. */
    static String withStatistics(String copy) {
        return copy.substring(0, copy.length() - 1) + ", RETURN_STATS)";
    }

    private static String names(List<String> columns) {
        return columns.stream().map(Quoted::name).collect(Collectors.joining(", "));
    }

    private String options() {
        return switch (format.type()) {
            case PARQUET ->
                "FORMAT parquet, COMPRESSION "
                        + (format.compression() == FileFormat.Compression.NONE
                                ? "uncompressed"
                                : format.compression().wireName())
                        + ", ROW_GROUP_SIZE " + format.rowGroupSize() + keyValues();
            case NDJSON -> "FORMAT json, COMPRESSION " + format.compression().wireName();
            case CSV ->
                "FORMAT csv, HEADER true, COMPRESSION " + format.compression().wireName();
        };
    }

    private String keyValues() {
        if (metadata.isEmpty()) {
            return "";
        }
        return metadata.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> Quoted.name(entry.getKey()) + ": " + Quoted.text(entry.getValue()))
                .collect(Collectors.joining(", ", ", KV_METADATA {", "}"));
    }
}
