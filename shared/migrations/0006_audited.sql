-- A reason may be short and known to many: beside its salt alone could its digest be guessed.
ALTER TABLE history ADD COLUMN salt uuid;
ALTER TABLE history ALTER COLUMN salt SET DEFAULT gen_random_uuid();
UPDATE history SET salt = gen_random_uuid() WHERE reason IS NOT NULL;
COMMENT ON COLUMN history.salt IS 'Random; with it the audit trail knows the reason. It is emptied with the reason.';

CREATE FUNCTION audited(step history) RETURNS audit_entry LANGUAGE plpgsql STABLE AS $$
DECLARE
    event jsonb := convert_from(step.value, 'UTF8');
BEGIN
    RETURN ROW(
        step.actor, event ->> 'type', step.subject,
        jsonb_path_query_first(event, '$.data.*.unit') #>> '{}', NULL, 'history', step.position,
        sha256(step.value || convert_to(coalesce(step.actor, ''), 'UTF8')),
        sha256(uuid_send(step.salt) || convert_to(step.reason, 'UTF8')))::audit_entry;
END
$$;
CREATE FUNCTION audited(reading readings) RETURNS audit_entry LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ROW(
        reading.reader, 'reading', reading.subject, reading.reader_unit, NULL, 'readings', reading.id,
        audit_digest(jsonb_build_array(
            audit_moment(reading.read_at), reading.reader, reading.reader_unit, reading.kind,
            reading.subject, reading.fields, reading.purpose)),
        NULL)::audit_entry;
END
$$;

SELECT audit_all('history', 'position');
SELECT audit_all('readings', 'id');

-- The relay adds many at once, in a transaction of nothing else.
CREATE FUNCTION history_is_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_add(array_agg(
                audited(ROW(subject, position, value, actor, reason, salt)::history)
                ORDER BY position))
       FROM added HAVING count(*) > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER audited AFTER INSERT ON history REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_audited();

-- Deferred: the trail is the last that a transaction waits for, so that none wait in a circle.
CREATE FUNCTION reading_is_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_add(array_agg(audited(one))) FROM readings AS one WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER audited AFTER INSERT ON readings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION reading_is_audited();
