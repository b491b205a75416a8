package dev.caravan.log;

import java.time.Clock;
import org.springframework.jdbc.core.JdbcTemplate;

/** Makes the log of a process. */
public final class PipelineLogs {
    private PipelineLogs() {}

    /** @param replica name of this process */
    public static PipelineLog open(JdbcTemplate template, LogSettings settings, Clock clock, String replica) {
        return new PipelineLog(new LogRows(template), settings, clock, replica);
    }
}
