CREATE TABLE case_files (
    id          uuid PRIMARY KEY,
    sent_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    dry_run     boolean NOT NULL,
    take        text NOT NULL CHECK (take IN ('all', 'good')),
    recorded_on date,
    unused      text[] NOT NULL,
    state       text NOT NULL DEFAULT 'checking'
                CHECK (state IN ('checking', 'checked', 'refused', 'taking', 'taken', 'failed')),
    rows        integer,
    rows_read   integer NOT NULL DEFAULT 0,
    taken       integer NOT NULL DEFAULT 0,
    repeated    integer NOT NULL DEFAULT 0,
    began_at    timestamptz,
    began_with  integer NOT NULL DEFAULT 0,
    moved_at    timestamptz,
    attempts    integer NOT NULL DEFAULT 0
);
CREATE INDEX case_files_unfinished ON case_files (id) WHERE state IN ('checking', 'taking');
COMMENT ON TABLE case_files IS 'Files of cases that were sent: what is to be done with each, and how far it is.';
COMMENT ON COLUMN case_files.id IS 'UUIDv7: files are worked on in the order in which they were sent.';
COMMENT ON COLUMN case_files.take IS 'all: nothing is taken where a row is broken. good: the other rows are.';
COMMENT ON COLUMN case_files.recorded_on IS 'The recording day that a migration stated; empty for now.';
COMMENT ON COLUMN case_files.unused IS 'Headings of the columns that mean nothing here.';
COMMENT ON COLUMN case_files.state IS 'checking leads to checked (a dry run), refused or taking, and that to taken; failed is told in the log.';
COMMENT ON COLUMN case_files.rows IS 'Rows that are not blank; known when all were checked.';
COMMENT ON COLUMN case_files.rows_read IS 'Rows that this pass, checking or taking, has done: where it goes on.';
COMMENT ON COLUMN case_files.taken IS 'Rows of which this file brought at least one step.';
COMMENT ON COLUMN case_files.repeated IS 'Rows of which every step had been taken before.';
COMMENT ON COLUMN case_files.began_at IS 'When this pass began, or went on after an interruption, at began_with rows: for the rate.';
COMMENT ON COLUMN case_files.attempts IS 'How often it was begun since the last chunk that was done.';

CREATE TABLE case_file_parts (
    file   uuid NOT NULL REFERENCES case_files ON DELETE CASCADE,
    number integer NOT NULL,
    bytes  bytea NOT NULL,
    PRIMARY KEY (file, number)
);
COMMENT ON TABLE case_file_parts IS 'The files as they were sent, in parts, until they are done. Personal data: it stays in this database.';

CREATE TABLE case_file_faults (
    file       uuid NOT NULL REFERENCES case_files ON DELETE CASCADE,
    row_number integer NOT NULL,
    cell       text NOT NULL,
    field      text NOT NULL,
    rule       text NOT NULL,
    values     jsonb NOT NULL,
    PRIMARY KEY (file, row_number, cell, field, rule)
);
COMMENT ON TABLE case_file_faults IS 'What is wrong with the rows of files.';
COMMENT ON COLUMN case_file_faults.row_number IS 'The row as the sheet numbers it; 0 for the file as a whole.';
COMMENT ON COLUMN case_file_faults.values IS 'What the sentence of the rule mentions. May hold what stands in the cell.';
