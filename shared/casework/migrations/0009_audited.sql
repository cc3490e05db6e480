CREATE FUNCTION audited(emptying retentions) RETURNS audit_entry LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ROW(
        audit_operator(), 'retention', emptying.rule, NULL, NULL, 'retentions', emptying.id,
        audit_digest(jsonb_build_array(
            audit_moment(emptying.applied_at), emptying.rule, emptying.before, emptying.rows)),
        NULL)::audit_entry;
END
$$;

SELECT audit_all('retentions', 'id');

CREATE FUNCTION retention_is_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_add(array_agg(audited(one))) FROM retentions AS one WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER audited AFTER INSERT ON retentions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION retention_is_audited();
