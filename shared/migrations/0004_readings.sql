CREATE TABLE readings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    reader      text NOT NULL,
    reader_unit text NOT NULL,
    kind        text NOT NULL,
    subject     uuid NOT NULL,
    fields      text[] NOT NULL CHECK (cardinality(fields) > 0),
    purpose     text NOT NULL
);
CREATE INDEX readings_of_subject ON readings (subject);
COMMENT ON TABLE readings IS 'Every reading of personal data, written before it was answered. It only grows.';
COMMENT ON COLUMN readings.reader IS 'Who read, an official of the file of people.';
COMMENT ON COLUMN readings.reader_unit IS 'The unit that the official works for.';
COMMENT ON COLUMN readings.kind IS 'What the subject is: case, or another by its code.';
COMMENT ON COLUMN readings.subject IS 'Whose data were read: the id of the case.';
COMMENT ON COLUMN readings.fields IS 'Names of the fields that were answered, never their values.';
COMMENT ON COLUMN readings.purpose IS 'On what ground, as the reader stated it.';

CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON readings
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
