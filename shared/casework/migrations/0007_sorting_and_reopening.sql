ALTER TABLE cases
    ADD COLUMN sorting     text,
    ADD COLUMN accepted_on date,
    ADD COLUMN stepped_on  date[] NOT NULL DEFAULT '{}',
    ADD COLUMN ended_on    date[] NOT NULL DEFAULT '{}',
    ADD COLUMN reopened_on date[] NOT NULL DEFAULT '{}',
    ADD CHECK (cardinality(ended_on) = cardinality(reopened_on));
COMMENT ON COLUMN cases.sorting IS 'How a petition was sorted; empty while it is not, and of every other case.';
COMMENT ON COLUMN cases.accepted_on IS 'Day on which a petition was accepted (thụ lý): its time runs from there.';
COMMENT ON COLUMN cases.stepped_on IS 'Days of the steps that only its department knows: sorting, sessions, forwarding.';
COMMENT ON COLUMN cases.ended_on IS 'Days on which the case had been closed, one for each reopening.';
COMMENT ON COLUMN cases.reopened_on IS 'Days on which it was opened again.';
