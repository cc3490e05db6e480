-- Tallies are folded anew from the topics, which keep every event (decision 0007), into tables of
-- their own: a schema for each projection.
DROP TABLE tallies, facts, dead_letters, positions, units, series;

CREATE TABLE projections (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version  integer NOT NULL,
    state    text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    live_at  timestamptz
);
CREATE UNIQUE INDEX one_live_projection ON projections (version) WHERE state = 'live';
CREATE UNIQUE INDEX one_building_projection ON projections (version) WHERE state = 'building';
COMMENT ON TABLE projections IS 'Sets of facts and tallies, each in the schema projection_<id>. Reports are drawn from the live one.';
COMMENT ON COLUMN projections.version IS 'Version of the fold that fills it (projections/tallies.py). A service reads and fills those of its own version.';
