CREATE TABLE records (
    id          uuid PRIMARY KEY,
    sequence    integer NOT NULL CHECK (sequence >= 1),
    state       jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    reason      text
);
COMMENT ON TABLE records IS 'What is published and corrected but is no case: visits, schedules, returns, as they now are.';
COMMENT ON COLUMN records.sequence IS 'Version: the number of events about the record.';
COMMENT ON COLUMN records.state IS 'The payload of the last event: the record as it now is.';
COMMENT ON COLUMN records.recorded_at IS 'When the present version was recorded; the next one is recorded later.';
COMMENT ON COLUMN records.reason IS 'Why it was last corrected, in words: in no event.';
