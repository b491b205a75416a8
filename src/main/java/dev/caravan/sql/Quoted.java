package dev.caravan.sql;

import java.nio.file.Path;

/** Names and texts as they stand in a statement. */
final class Quoted {
    private Quoted() {}

    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String text(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }

    static String path(Path path) {
        return text(path.toAbsolutePath().toString());
    }
}
