CREATE TABLE positions (
    topic       text NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
);
COMMENT ON TABLE positions IS 'How far each partition is folded. Moved only in the transaction that writes what was folded.';
COMMENT ON COLUMN positions.next_offset IS 'Offset of the next record to fold.';

CREATE TABLE units (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit text NOT NULL UNIQUE
);
COMMENT ON TABLE units IS 'Short numbers for unit ids (shared.units), used as keys of facts and tallies.';

CREATE TABLE types (
    id   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL UNIQUE
);
COMMENT ON TABLE types IS 'Short numbers for the types of events.';

CREATE TABLE topics (
    id    smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL UNIQUE
);
COMMENT ON TABLE topics IS 'Short numbers for topics.';

CREATE TABLE series (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    measure    text NOT NULL,
    dimensions jsonb NOT NULL,
    UNIQUE (measure, dimensions)
);
COMMENT ON TABLE series IS 'What tallies count: a measure narrowed by its dimensions, each combination once.';
COMMENT ON COLUMN series.measure IS 'received, closed, overdue, visitors, schedule or declared (projections/contributions.py).';
COMMENT ON COLUMN series.dimensions IS 'Names and values, all text.';

CREATE TABLE facts (
    subject     uuid NOT NULL,
    sequence    integer NOT NULL,
    type        smallint NOT NULL,
    recorded_on date NOT NULL,
    topic       smallint NOT NULL,
    partition   smallint NOT NULL,
    "offset"    bigint NOT NULL,
    units       integer[] NOT NULL,
    series      integer[] NOT NULL,
    occurred_on date[] NOT NULL,
    amounts     bigint[] NOT NULL,
    PRIMARY KEY (subject, sequence)
);
COMMENT ON TABLE facts IS 'Every event once, with what its subject counts as after it. Rows are added, never changed.';
COMMENT ON COLUMN facts.subject IS 'The case; with sequence the identity of the fact and of its event.';
COMMENT ON COLUMN facts.recorded_on IS 'Day in Việt Nam on which the department recorded it.';
COMMENT ON COLUMN facts."offset" IS 'With topic and partition, the place of the event in Kafka.';
COMMENT ON COLUMN facts.units IS 'units, series, occurred_on and amounts are parallel: one contribution at each place.';

CREATE TABLE tally_parts (
    unit        integer NOT NULL,
    series      integer[] NOT NULL,
    occurred_on date[] NOT NULL,
    recorded_on date[] NOT NULL,
    facts       integer[] NOT NULL,
    amounts     bigint[] NOT NULL
);
CREATE INDEX tally_parts_of_unit ON tally_parts (unit);
ALTER TABLE tally_parts
    ALTER series SET STORAGE EXTERNAL,
    ALTER occurred_on SET STORAGE EXTERNAL,
    ALTER recorded_on SET STORAGE EXTERNAL,
    ALTER facts SET STORAGE EXTERNAL,
    ALTER amounts SET STORAGE EXTERNAL;
COMMENT ON TABLE tally_parts IS 'What each batch added to the tallies of a unit: a row a unit and batch, so that no two writers meet. Parts that have become many are joined (decision 0010).';
COMMENT ON COLUMN tally_parts.series IS 'series, occurred_on, recorded_on, facts and amounts are parallel: one cell at each place, each cell once in a part.';
COMMENT ON COLUMN tally_parts.facts IS 'Contributions put in, less those taken out.';
COMMENT ON COLUMN tally_parts.amounts IS 'What they amount to, in the unit of measure of the series.';

CREATE VIEW tallies AS
SELECT unit, cell.series, cell.occurred_on, cell.recorded_on,
       sum(cell.facts)::bigint AS facts, sum(cell.amount)::bigint AS amount
  FROM tally_parts,
       unnest(series, occurred_on, recorded_on, facts, amounts)
           AS cell (series, occurred_on, recorded_on, facts, amount)
 GROUP BY unit, cell.series, cell.occurred_on, cell.recorded_on;
COMMENT ON VIEW tallies IS 'The running aggregates, dated twice: "as of a day" is a condition on recorded_on.';
COMMENT ON COLUMN tallies.occurred_on IS 'Day in Việt Nam on which it happened in the ward.';
COMMENT ON COLUMN tallies.recorded_on IS 'Day in Việt Nam on which the department recorded it.';

CREATE TABLE dead_letters (
    topic     text NOT NULL,
    partition integer NOT NULL,
    "offset"  bigint NOT NULL,
    reason    text NOT NULL,
    detail    text NOT NULL,
    key       bytea,
    value     bytea,
    kept_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, "offset")
);
COMMENT ON TABLE dead_letters IS 'Records that are no event of ours, with their bytes, so that they can be folded after a fix.';
COMMENT ON COLUMN dead_letters.reason IS 'Why, as one of a fixed list (decode.py).';
COMMENT ON COLUMN dead_letters.value IS 'The bytes as they came; empty for a record without a value.';
