ALTER TABLE cases ADD COLUMN particulars jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN cases.particulars IS 'What the department was told of the case beyond what is counted, by name. Personal data may be among it: in no event.';
