CREATE TABLE cases (
    id          uuid PRIMARY KEY,
    sequence    integer NOT NULL CHECK (sequence >= 1),
    unit        text NOT NULL,
    procedure   text NOT NULL,
    channel     text NOT NULL,
    received_on date NOT NULL,
    due_on      date NOT NULL CHECK (due_on >= received_on),
    status      text NOT NULL,
    closed_on   date CHECK (closed_on >= received_on),
    outcome     text,
    recorded_at timestamptz NOT NULL,
    applicant   text,
    reason      text
);
COMMENT ON TABLE cases IS 'The cases (hồ sơ) of the department as they now are.';
COMMENT ON COLUMN cases.sequence IS 'Version: the number of events about the case.';
COMMENT ON COLUMN cases.unit IS 'Identity of the administrative unit (shared.units).';
COMMENT ON COLUMN cases.due_on IS 'Last day, in Việt Nam, on which the result is on time.';
COMMENT ON COLUMN cases.closed_on IS 'Day of the act, refusal or withdrawal; empty while open.';
COMMENT ON COLUMN cases.recorded_at IS 'When the present version was recorded; the next one is recorded later.';
COMMENT ON COLUMN cases.applicant IS 'Personal data: stays in this database, in no event.';
COMMENT ON COLUMN cases.reason IS 'Why it was last refused, corrected or cancelled, in words: in no event.';
