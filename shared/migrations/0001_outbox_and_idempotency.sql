CREATE TABLE outbox (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         bytea NOT NULL,
    value       bytea NOT NULL,
    type        text NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE outbox IS 'Events committed with the change they tell of, until Kafka has acknowledged them.';
COMMENT ON COLUMN outbox.position IS 'Order of publication. Steps of one case are appended under its row lock, so theirs is the order of commit.';
COMMENT ON COLUMN outbox.key IS 'Kafka key: the subject of the event.';
COMMENT ON COLUMN outbox.value IS 'The event as it goes to Kafka: CloudEvents structured JSON.';
COMMENT ON COLUMN outbox.type IS 'CloudEvents type, for the metric of published events.';
COMMENT ON COLUMN outbox.appended_at IS 'When it was appended; the oldest one is the age of the backlog.';

CREATE TABLE idempotency (
    key         text PRIMARY KEY,
    fingerprint bytea NOT NULL,
    answer      jsonb,
    accepted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE idempotency IS 'Commands accepted under an Idempotency-Key, with the answer to repeat.';
COMMENT ON COLUMN idempotency.fingerprint IS 'SHA-256 of method, path, recording day and body: the same key must mean the same command.';
COMMENT ON COLUMN idempotency.answer IS 'The JSON that the first call was answered; set in the transaction that inserts the row.';
