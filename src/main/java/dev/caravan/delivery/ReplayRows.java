package dev.caravan.delivery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Sums up what became of replays. */
final class ReplayRows {
    private final JdbcClient jdbc;

    ReplayRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Line(
            UUID claim, ClaimStatus status, long letters, long files, Counts counts, String detail, String waiting) {}

    ReplayOutcome outcome(Collection<UUID> claims) {
        long letters = 0;
        long open = 0;
        long files = 0;
        Counts counts = Counts.NONE;
        List<ReplayOutcome.Refused> refused = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (Line line : lines(claims)) {
            letters += line.letters;
            switch (line.status) {
                case CLAIMED -> {
                    open += line.letters;
                    if (!line.waiting.isEmpty()) {
                        waiting.add(line.waiting);
                    }
                }
                case COMMITTED -> {
                    files += line.files;
                    counts = counts.plus(line.counts);
                }
                case DEAD -> refused.add(new ReplayOutcome.Refused(line.claim, line.letters, line.detail));
            }
        }
        return new ReplayOutcome(letters, open, counts, files, refused, waiting);
    }

    private List<Line> lines(Collection<UUID> claims) {
        return jdbc.sql("""
                        SELECT f.*, cardinality(f.offsets) AS letters, cardinality(f.object_keys) AS files,
                            coalesce(w.detail, '') AS waiting
                        FROM pipeline_file f LEFT JOIN replay_work w USING (claim_id) WHERE f.claim_id = ANY(:claims)""")
                .param("claims", claims.toArray(UUID[]::new))
                .query((row, number) -> new Line(
                        row.getObject("claim_id", UUID.class),
                        ClaimStatus.valueOf(row.getString("status")),
                        row.getLong("letters"),
                        row.getLong("files"),
                        new Counts(
                                row.getLong("rows_in"),
                                row.getLong("rows_out"),
                                row.getLong("rows_filtered"),
                                row.getLong("rows_dead"),
                                row.getLong("rows_written"),
                                row.getLong("rows_parked")),
                        String.valueOf(row.getString("detail")),
                        row.getString("waiting")))
                .list();
    }
}
