CREATE SEQUENCE draft_versions;

CREATE TABLE drafts (
    id       uuid PRIMARY KEY,
    version  bigint NOT NULL,
    content  jsonb NOT NULL,
    saved_at timestamptz NOT NULL
);
COMMENT ON TABLE drafts IS 'What departments have written and not yet submitted. It never leaves the service.';
COMMENT ON COLUMN drafts.id IS 'The return that it is to become: its unit, form and period.';
COMMENT ON COLUMN drafts.version IS 'From draft_versions: no version of any draft comes twice, so that whoever writes can say which one was read.';
COMMENT ON COLUMN drafts.content IS 'Unit, form, period and lines, as in the payload of an event.';

CREATE TABLE return_steps (
    id           uuid NOT NULL,
    sequence     integer NOT NULL,
    unit         text NOT NULL,
    form         text NOT NULL,
    period_start date NOT NULL,
    period_end   date NOT NULL,
    status       text NOT NULL,
    figures      jsonb NOT NULL,
    recorded_at  timestamptz NOT NULL,
    reason       text,
    PRIMARY KEY (id, sequence)
);
CREATE INDEX return_steps_of_unit ON return_steps (unit, period_end);
COMMENT ON TABLE return_steps IS 'Every version of every return: what was submitted, sent back, accepted, corrected, and when. Rows are only added.';
COMMENT ON COLUMN return_steps.figures IS 'All lines of the version, as in the payload of its event.';
COMMENT ON COLUMN return_steps.reason IS 'Why it was sent back or corrected, in words: in no event.';

-- Returns from before this table: their last version is known, the ones before it are not.
INSERT INTO return_steps
SELECT id, sequence, state #>> '{ward_return,unit}', state #>> '{ward_return,form}',
       (state #>> '{ward_return,period_start}')::date, (state #>> '{ward_return,period_end}')::date,
       'accepted', state #> '{ward_return,figures}', recorded_at, reason
  FROM records WHERE state ? 'ward_return';
