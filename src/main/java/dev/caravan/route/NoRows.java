package dev.caravan.route;

import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.FileFormat;
import dev.caravan.batch.Rows;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a step leaves that gave no row at all; queries over nothing give nothing. */
record NoRows(List<DeadMessage> dead) implements Rows {
    NoRows {
        dead = List.copyOf(dead);
    }

    @Override
    public Rows select(String step, String query) {
        return this;
    }

    @Override
    public Written write(FileFormat format, List<String> partitionBy, Map<String, String> metadata, Path directory) {
        return new Written(List.of(), dead);
    }

    @Override
    public List<DeadMessage> forEachJson(Consumer<JsonRow> consumer) {
        return dead;
    }
}
