package dev.caravan.monitor;

/** What the metrics are called, before Prometheus puts underscores, units and {@code _total} to them. */
final class MetricNames {
    static final String PIPELINE = "pipeline.info";
    static final String RECORDS_IN = "pipeline.records.in";
    static final String RECORDS_OUT = "pipeline.records.out";
    static final String RECORDS_FILTERED = "pipeline.records.filtered";
    static final String RECORDS_DEAD = "pipeline.records.dead";
    static final String DEAD_LETTERS = "pipeline.records.dlq";
    static final String RECORDS_PARKED = "pipeline.records.parked";
    static final String ROWS_WRITTEN = "pipeline.rows.written";
    static final String BYTES_IN = "pipeline.bytes.in";
    static final String BYTES_OUT = "pipeline.bytes.out";
    static final String FILES = "pipeline.files";
    static final String HALTED = "pipeline.halted";
    static final String IMBALANCE = "pipeline.ledger.imbalance.records";
    static final String LAG_RECORDS = "pipeline.lag.records";
    static final String LAG_SECONDS = "pipeline.lag.seconds";
    static final String CLAIM_TO_COMMIT = "pipeline.claim.to.commit";
    static final String END_TO_END = "pipeline.end.to.end";
    static final String FILE_BYTES = "pipeline.file.bytes";
    static final String WAITS = "event.triggers";
    static final String WAITED = "event.trigger.wait";
    static final String RESUME_SECONDS = "event.trigger.resume.seconds";
    static final String WEBHOOK_DELIVERIES = "webhook.deliveries";
    static final String WEBHOOK_BACKLOG = "webhook.backlog";
    static final String WEBHOOK_BACKLOG_SECONDS = "webhook.backlog.seconds";
    static final String LONGEST_TRANSACTION = "db.longest.txn.seconds";
    static final String OLDEST_XMIN = "db.oldest.xmin.age";
    static final String STREAMS = "monitor.streams";
    static final String REQUESTS = "api.requests";
    static final String REFRESHED = "monitor.figures.age.seconds";

    private MetricNames() {}
}
