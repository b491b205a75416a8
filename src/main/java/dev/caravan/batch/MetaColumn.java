package dev.caravan.batch;

import java.util.Locale;

/** What Kafka knows of a message, readable as a column. Topic and partition are constants of a batch, the rest varies. */
public enum MetaColumn {
    TOPIC("VARCHAR"),
    PARTITION("INTEGER"),
    OFFSET("BIGINT"),
    TIMESTAMP("TIMESTAMP WITH TIME ZONE"),
    KEY("VARCHAR"),
    HEADERS("MAP(VARCHAR, VARCHAR)"),
    // attributes of a CloudEvent, null for a message that is none
    CE_ID("VARCHAR"),
    CE_SOURCE("VARCHAR"),
    CE_TYPE("VARCHAR"),
    CE_SPECVERSION("VARCHAR"),
    CE_SUBJECT("VARCHAR"),
    CE_TIME("VARCHAR"),
    CE_DATACONTENTTYPE("VARCHAR"),
    CE_DATASCHEMA("VARCHAR");

    private final String sqlType;

    MetaColumn(String sqlType) {
        this.sqlType = sqlType;
    }

    /** {@code _offset}, {@code _key}, … */
    public String column() {
        return "_" + name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is an attribute of CloudEvents. */
    public boolean ofCloudEvents() {
        return compareTo(CE_ID) >= 0;
    }

    /** Whether it differs from message to message, so that a line must carry it. */
    public boolean variesInBatch() {
        return this != TOPIC && this != PARTITION;
    }

    /** DuckDB type of the column as queries see it. */
    public String sqlType() {
        return sqlType;
    }
}
