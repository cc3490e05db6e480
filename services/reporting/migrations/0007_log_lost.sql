ALTER TABLE documents ADD COLUMN log_lost boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN documents.log_lost IS 'Whether positions are of a log that was lost since, and published anew: they say nothing of the present one.';
