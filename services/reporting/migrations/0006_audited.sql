CREATE FUNCTION audited(step document_steps) RETURNS audit_entry LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ROW(
        step.person, 'document.' || step.action, step.document,
        (SELECT unit FROM documents WHERE id = step.document), NULL, 'document_steps', step.step,
        audit_digest(jsonb_build_array(
            step.document, step.step, step.action, step.person, step.role, audit_moment(step.at),
            step.state, step.reason, step.check_id, step.capacity, step.position)),
        NULL)::audit_entry;
END
$$;
CREATE FUNCTION audited(recount recounts) RETURNS audit_entry LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ROW(
        audit_operator(), 'recount', 'reporting', NULL, NULL, 'recounts', recount.id,
        audit_digest(jsonb_build_array(audit_moment(recount.ended_at), recount.differences)),
        NULL)::audit_entry;
END
$$;

SELECT audit_all('document_steps', 'at');
SELECT audit_all('recounts', 'id');

-- Deferred: the trail is the last that a transaction waits for, so that none wait in a circle.
CREATE FUNCTION step_is_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_add(array_agg(audited(one)))
       FROM document_steps AS one WHERE (document, step) = (NEW.document, NEW.step);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER audited AFTER INSERT ON document_steps DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION step_is_audited();

CREATE FUNCTION recount_is_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_add(array_agg(audited(one))) FROM recounts AS one WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER audited AFTER INSERT ON recounts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION recount_is_audited();

-- A projection that begins, is made live or retired: a rebuild does all three.
CREATE FUNCTION projection_is_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_note('projection.' || NEW.state, NULL, NEW.id::text, NULL, 'version ' || NEW.version);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OF state ON projections
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projection_is_audited();
