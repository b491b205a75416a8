package dev.caravan.sql;

import dev.caravan.batch.Rows.WrittenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Writes all rows into one file; none when there is no row. */
record SingleFile(Session session, Target target, Path file) implements BatchRun.Output {
    @Override
    public List<WrittenFile> write(String select) throws SQLException, IOException {
        try {
            long rows = session.execute(target.copy(select, file));
            if (rows > 0) {
                return List.of(new WrittenFile(file, "", rows, Files.size(file)));
            }
            Files.deleteIfExists(file);
            return List.of();
        } catch (SQLException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }
}
