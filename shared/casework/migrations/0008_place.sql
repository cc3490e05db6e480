ALTER TABLE cases
    ADD COLUMN neighbourhood text,
    ADD COLUMN received_by   text;
COMMENT ON COLUMN cases.neighbourhood IS 'Tổ dân phố, khu dân cư or thôn of the unit that the case concerns, by code; empty where it was not told.';
COMMENT ON COLUMN cases.received_by IS 'Identity of the unit whose one-stop desk took the case in; empty where it was its own.';
