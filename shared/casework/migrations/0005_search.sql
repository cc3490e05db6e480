ALTER TABLE cases
    ADD COLUMN waits_in_time boolean NOT NULL GENERATED ALWAYS AS (
        cardinality(paused_on) > cardinality(resumed_on)
        AND paused_on[cardinality(paused_on)] <= due_on
    ) STORED;
CREATE INDEX cases_open ON cases (waits_in_time, due_on, id) WHERE status = 'open';
CREATE INDEX cases_seldom ON cases (status, received_on, id)
    WHERE status IN ('refused', 'withdrawn', 'cancelled');
CREATE INDEX cases_received ON cases (received_on, id);
CREATE INDEX cases_of_procedure ON cases (procedure, received_on, id);
COMMENT ON COLUMN cases.waits_in_time IS 'Whether the clock stands still since before the case could be overdue.';

ALTER TABLE case_files ADD COLUMN sent_by text;
COMMENT ON COLUMN case_files.sent_by IS 'Who sent the file, an official; empty where nobody need say so, and of a migration.';
