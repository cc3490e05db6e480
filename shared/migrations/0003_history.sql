ALTER TABLE outbox
    ADD COLUMN actor  text,
    ADD COLUMN reason text;
COMMENT ON COLUMN outbox.actor IS 'Who gave the command, an official; empty where no file of people is named, and of a migration. In no event.';
COMMENT ON COLUMN outbox.reason IS 'Why, in words. Personal data may be among it: in no event.';

CREATE TABLE history (
    subject  uuid NOT NULL,
    position bigint NOT NULL,
    value    bytea NOT NULL,
    actor    text,
    reason   text,
    PRIMARY KEY (subject, position)
);
COMMENT ON TABLE history IS 'What left the outbox: every step that was published, with what no event says of it.';
COMMENT ON COLUMN history.subject IS 'The case, visit, schedule or return that the step is about.';
COMMENT ON COLUMN history.position IS 'As in the outbox: the order of the steps of a subject.';
COMMENT ON COLUMN history.value IS 'The event as it went to Kafka.';
COMMENT ON COLUMN history.actor IS 'As in the outbox.';
COMMENT ON COLUMN history.reason IS 'As in the outbox, until the time of its rule is over (shared/casework/retention.toml).';
