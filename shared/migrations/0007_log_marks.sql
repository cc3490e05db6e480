CREATE TABLE log_marks (
    partition   integer PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0)
);
COMMENT ON TABLE log_marks IS 'How far the topic of the department is known here: every step below is in this database. Above them a start looks for steps that a restored database lacks; a topic that ends below one was lost.';

CREATE TABLE republishing (
    position bigint NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX one_republishing ON republishing ((true));
COMMENT ON TABLE republishing IS 'A republishing of the history that is not done: nothing else is published meanwhile.';
COMMENT ON COLUMN republishing.position IS 'Position of the history up to which Kafka has acknowledged it.';
