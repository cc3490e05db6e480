ALTER TABLE case_files ADD COLUMN office text;
COMMENT ON COLUMN case_files.office IS 'The unit for which works who sent it: its rows may be of no other units than that one answers for. Empty of files from before it was asked.';
