ALTER TABLE dead_letters ADD COLUMN replayed_at timestamptz;
COMMENT ON COLUMN dead_letters.replayed_at IS 'When it was folded after all, by a release that can read it; empty while it is none (replay.py).';
COMMENT ON TABLE facts IS 'Every event once, with what its subject counts as after it. Rows are added, never changed; only the place is, where a dead letter turns out to be the first copy of the event.';
