CREATE TABLE retentions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    rule       text NOT NULL,
    before     date NOT NULL,
    rows       integer NOT NULL
);
COMMENT ON TABLE retentions IS 'What rules of retention emptied, written with the emptying. It only grows.';
COMMENT ON COLUMN retentions.rule IS 'Code of the rule (shared/casework/retention.toml).';
COMMENT ON COLUMN retentions.before IS 'What was closed, or sent, before this day was emptied.';

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON retentions
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
