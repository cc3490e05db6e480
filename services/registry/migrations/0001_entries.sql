CREATE TABLE books (
    kind text NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (kind, unit, year)
);
COMMENT ON TABLE books IS 'The registers (sổ hộ tịch): one for each kind of act, unit and year, with the last number given in it.';

CREATE TABLE entries (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL,
    unit          text NOT NULL,
    year          integer NOT NULL,
    number        integer NOT NULL,
    registered_on date NOT NULL,
    happened_on   date NOT NULL,
    entry         jsonb NOT NULL,
    cancelled     boolean NOT NULL DEFAULT false,
    ended_on      date,
    ending        text,
    UNIQUE (kind, unit, year, number),
    FOREIGN KEY (kind, unit, year) REFERENCES books,
    CHECK ((ended_on IS NULL) = (ending IS NULL))
);
COMMENT ON TABLE entries IS 'The entries of the registers as they now are. Personal data: they stay in this database, in no event.';
COMMENT ON COLUMN entries.id IS 'The case that the entry resolved; its sequence is the version of both.';
COMMENT ON COLUMN entries.happened_on IS 'Day of the birth, death or marriage itself, of a certificate that of its issue.';
COMMENT ON COLUMN entries.entry IS 'What the entry says (services.registry.entries).';
COMMENT ON COLUMN entries.cancelled IS 'Taken back: it stays in its book under its number, and holds for nothing.';
COMMENT ON COLUMN entries.ended_on IS 'Day from which a marriage no longer holds, as was noted in its entry. The death of a spouse ends it by itself.';

CREATE TABLE entry_people (
    entry  uuid NOT NULL REFERENCES entries,
    role   text NOT NULL,
    number text,
    name   text NOT NULL,
    PRIMARY KEY (entry, role)
);
CREATE INDEX entry_people_number ON entry_people (number);
CREATE INDEX entry_people_name ON entry_people (name);
COMMENT ON TABLE entry_people IS 'Who is named in an entry, and as what: entries are found by it. Personal data.';
COMMENT ON COLUMN entry_people.number IS 'Personal identification number (số định danh cá nhân), where it is known.';
COMMENT ON COLUMN entry_people.name IS 'The name without what is habit in writing it: capitals, spaces, the place of tones.';

CREATE TABLE entry_steps (
    entry       uuid NOT NULL REFERENCES entries,
    sequence    integer NOT NULL,
    step        text NOT NULL,
    occurred_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    official    text,
    reason      text,
    change_case uuid,
    content     jsonb,
    PRIMARY KEY (entry, sequence)
);
COMMENT ON TABLE entry_steps IS 'What was done to an entry, by whom and why. Personal data.';
COMMENT ON COLUMN entry_steps.sequence IS 'Version of its case that the step made.';
COMMENT ON COLUMN entry_steps.official IS 'Who made the note; empty where the step is that of the case.';
COMMENT ON COLUMN entry_steps.change_case IS 'The case (thay đổi, cải chính, bổ sung hộ tịch) in which it was asked for.';
COMMENT ON COLUMN entry_steps.content IS 'What the entry says after the step, where the step wrote it.';
