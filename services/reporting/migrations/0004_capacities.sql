-- In what right a document was signed, and by whom in which position, as it was on that day.
ALTER TABLE document_steps
    ADD COLUMN capacity text CHECK (capacity IS NULL OR action = 'sign'),
    ADD COLUMN position text NOT NULL DEFAULT '';
COMMENT ON COLUMN document_steps.capacity IS 'TM, Q, KT, TL or TUQ (Nghị định 30/2020/NĐ-CP, Phụ lục I, II.7b); NULL for steps other than signing, and for signatures of before it was kept, which were all TM.';
COMMENT ON COLUMN document_steps.position IS 'The own position of who signed for the head; else empty.';
