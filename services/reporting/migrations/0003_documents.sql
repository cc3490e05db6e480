-- Documents of record: what was issued stays as it was issued. They belong to no projection.
CREATE TABLE documents (
    id        uuid PRIMARY KEY,
    unit      text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('report', 'letter')),
    concerns  uuid REFERENCES documents CHECK (concerns <> id),
    subject   text NOT NULL,
    starts    date NOT NULL,
    ends      date NOT NULL,
    as_of     date NOT NULL,
    content   bytea NOT NULL,
    sha256    bytea NOT NULL GENERATED ALWAYS AS (sha256(content)) STORED,
    positions jsonb NOT NULL,
    broken    text[] NOT NULL,
    state     text NOT NULL,
    notation  text NOT NULL,
    dated     date,
    number    integer CHECK (number > 0),
    CHECK ((dated IS NULL) = (number IS NULL)),
    CHECK (kind = 'report' OR concerns IS NOT NULL)
);
CREATE UNIQUE INDEX one_document_a_number
    ON documents (unit, notation, (extract(year FROM dated)), number);
CREATE UNIQUE INDEX one_replacement ON documents (concerns) WHERE kind = 'report';
CREATE INDEX documents_that_concern ON documents (concerns);
CREATE INDEX documents_of_unit ON documents (unit, id);
COMMENT ON COLUMN documents.unit IS 'Identity of the unit (shared.units).';
COMMENT ON COLUMN documents.kind IS 'A report, or a letter (công văn) that corrects the form of one.';
COMMENT ON COLUMN documents.concerns IS 'The report that a report replaces or that a letter corrects.';
COMMENT ON COLUMN documents.content IS 'The model as drawn, as JSON: without number, date, signer and waivers. It stays once the draft leaves its drafter.';
COMMENT ON COLUMN documents.positions IS 'Next offsets by topic and partition: the content holds what was folded below them.';
COMMENT ON COLUMN documents.broken IS 'Checks of severity error that do not hold; each is waived before it is signed.';
COMMENT ON COLUMN documents.state IS 'As after the last step.';
COMMENT ON COLUMN documents.notation IS 'What follows the number: BC-UBND.';
COMMENT ON COLUMN documents.dated IS 'Day of the number, which is printed; its year is the year of the sequence.';

CREATE TABLE document_steps (
    document uuid NOT NULL REFERENCES documents,
    step     integer NOT NULL CHECK (step > 0),
    action   text NOT NULL,
    person   text NOT NULL,
    role     text NOT NULL,
    at       timestamptz NOT NULL,
    state    text NOT NULL,
    reason   text NOT NULL,
    check_id text NOT NULL,
    PRIMARY KEY (document, step)
);
COMMENT ON TABLE document_steps IS 'Who did what to a document, in order. Rows are added, never changed.';
COMMENT ON COLUMN document_steps.check_id IS 'The check that was waived; empty for other steps.';

CREATE TABLE document_files (
    document   uuid NOT NULL REFERENCES documents,
    form       text NOT NULL,
    media_type text NOT NULL,
    content    bytea NOT NULL,
    sha256     bytea NOT NULL GENERATED ALWAYS AS (sha256(content)) STORED,
    PRIMARY KEY (document, form)
);
COMMENT ON TABLE document_files IS 'An issued document in each form, byte for byte. Rows are added once, never changed.';

CREATE TABLE document_numbers (
    unit     text NOT NULL,
    notation text NOT NULL,
    year     integer NOT NULL,
    last     integer NOT NULL,
    last_on  date NOT NULL,
    PRIMARY KEY (unit, notation, year)
);
COMMENT ON TABLE document_numbers IS 'The last number of each yearly sequence, which begins with 1 (Nghị định 30/2020/NĐ-CP, Điều 15).';

CREATE FUNCTION stays_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: what is written stays', TG_TABLE_NAME;
END $$;
CREATE TRIGGER stays_as_written BEFORE UPDATE OR DELETE OR TRUNCATE ON document_steps
    FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER stays_as_written BEFORE UPDATE OR DELETE OR TRUNCATE ON document_files
    FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER stays_as_written BEFORE DELETE OR TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
-- A draft is drawn anew, a number is given once, the state moves; nothing else changes.
CREATE TRIGGER stays_as_signed BEFORE UPDATE ON documents FOR EACH ROW
    WHEN ((OLD.state <> 'draft'
           AND (OLD.content, OLD.positions, OLD.broken, OLD.subject, OLD.starts, OLD.ends, OLD.as_of)
            IS DISTINCT FROM
               (NEW.content, NEW.positions, NEW.broken, NEW.subject, NEW.starts, NEW.ends, NEW.as_of))
       OR (OLD.number IS NOT NULL
           AND (OLD.number, OLD.dated) IS DISTINCT FROM (NEW.number, NEW.dated))
       OR (OLD.id, OLD.unit, OLD.kind, OLD.concerns, OLD.notation)
            IS DISTINCT FROM (NEW.id, NEW.unit, NEW.kind, NEW.concerns, NEW.notation))
    EXECUTE FUNCTION stays_as_written();
