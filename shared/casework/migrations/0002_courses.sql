ALTER TABLE cases
    ADD COLUMN received_at  time,
    ADD COLUMN paused_on    date[] NOT NULL DEFAULT '{}',
    ADD COLUMN resumed_on   date[] NOT NULL DEFAULT '{}',
    ADD COLUMN extended     integer[] NOT NULL DEFAULT '{}',
    ADD COLUMN appointments date[] NOT NULL DEFAULT '{}',
    ADD CHECK (cardinality(paused_on) - cardinality(resumed_on) <= 1);
COMMENT ON COLUMN cases.received_at IS 'Wall clock of Việt Nam at the receipt; empty where it was not told.';
COMMENT ON COLUMN cases.paused_on IS 'Days from which the clock stood still, one for each pause.';
COMMENT ON COLUMN cases.resumed_on IS 'Days on which it ran again; one fewer while the case waits.';
COMMENT ON COLUMN cases.extended IS 'Days of each extension, of the kind that the procedure counts.';
COMMENT ON COLUMN cases.appointments IS 'New days for the result, as letters of apology named them.';
