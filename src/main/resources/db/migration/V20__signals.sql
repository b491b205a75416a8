-- How far topics of signals have been taken. Moves in the transaction in which a wait gets its event, or the event is kept.
CREATE TABLE signal_position (
    pipeline    text    NOT NULL,
    topic       text    NOT NULL,
    topic_id    text    NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint  NOT NULL,
    PRIMARY KEY (pipeline, topic, topic_id, partition)
) WITH (fillfactor = 50);
