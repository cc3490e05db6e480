ALTER TABLE idempotency ALTER COLUMN answer TYPE json USING (
    answer - 'corrects' - 'changed' - 'ward_return'
    || CASE WHEN answer ? 'ward_return' THEN jsonb_build_object('return', answer -> 'ward_return')
            ELSE '{}' END
)::json;
COMMENT ON COLUMN idempotency.answer IS 'The JSON that the first call was answered, letter by letter.';
