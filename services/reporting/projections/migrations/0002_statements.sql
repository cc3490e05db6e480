CREATE TABLE statements (
    subject     uuid NOT NULL,
    sequence    integer NOT NULL,
    unit        integer NOT NULL,
    recorded_on date NOT NULL,
    kind        text NOT NULL,
    code        text NOT NULL,
    starts      date NOT NULL,
    ends        date NOT NULL,
    status      text NOT NULL,
    content     jsonb NOT NULL,
    PRIMARY KEY (subject, sequence)
);
CREATE INDEX statements_of_unit ON statements (unit);
COMMENT ON TABLE statements IS 'Returns and entries of registers, each version whole. Rows are added, never changed; to each belongs the row of facts with its key.';
COMMENT ON COLUMN statements.recorded_on IS 'Day in Việt Nam on which it was recorded; a version holds from the latest such day of it and the ones before.';
COMMENT ON COLUMN statements.kind IS 'return or entry (projections/statements.py).';
COMMENT ON COLUMN statements.code IS 'The form (shared/forms.toml) or the register (shared/registers.toml).';
COMMENT ON COLUMN statements.starts IS 'First day of the period of a return; the day of an entry.';
COMMENT ON COLUMN statements.ends IS 'Last day of the period of a return; the day of an entry.';
COMMENT ON COLUMN statements.status IS 'submitted, accepted or sent_back; recorded or cancelled.';
COMMENT ON COLUMN statements.content IS 'The lines of a return as its event holds them; the values of an entry.';

COMMENT ON COLUMN series.measure IS 'received, closed, overdue, visitors or schedule (projections/contributions.py).';
