CREATE TABLE recounts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ended_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    differences integer NOT NULL CHECK (differences >= 0)
);
COMMENT ON TABLE recounts IS 'Each recount of all that is held, as services.reporting.recount ended it. The service tells the last one as a metric.';
COMMENT ON COLUMN recounts.differences IS 'Lines of difference between what is held and what the log tells; 0 where they are equal.';
