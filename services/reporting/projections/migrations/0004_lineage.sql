CREATE INDEX statements_of_lineage ON statements (subject, sequence) WHERE kind = 'lineage';
COMMENT ON COLUMN statements.kind IS 'return, entry, or lineage: what became of a unit of 2004, whose days are those of the change by law (starts) and in practice (ends).';
