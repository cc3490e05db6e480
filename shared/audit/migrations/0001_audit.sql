CREATE TABLE audit (
    number  bigint PRIMARY KEY CHECK (number > 0),
    at      timestamptz NOT NULL,
    actor   text,
    act     text NOT NULL,
    subject text NOT NULL,
    unit    text,
    told    text,
    source  text,
    place   bigint,
    digest  bytea,
    reason  bytea,
    hash    bytea NOT NULL,
    CHECK ((source IS NULL) = (place IS NULL) AND (source IS NULL) = (digest IS NULL))
);
COMMENT ON TABLE audit IS 'The trail: every act, each row bound to the one before it. It only grows (decision 0030).';
COMMENT ON COLUMN audit.number IS '1, 2, 3 without gaps.';
COMMENT ON COLUMN audit.at IS 'When the row was added; of an event that is when Kafka had acknowledged it.';
COMMENT ON COLUMN audit.actor IS 'Who did it: an official, or an operator; empty where nobody had to say so.';
COMMENT ON COLUMN audit.act IS 'What was done, by code: the type of an event, or another.';
COMMENT ON COLUMN audit.subject IS 'What it was done to: a case, a document, a rule ...';
COMMENT ON COLUMN audit.unit IS 'Identity of the unit that it concerns, where it concerns one.';
COMMENT ON COLUMN audit.told IS 'What is known of an act that has no table of its own; no personal data.';
COMMENT ON COLUMN audit.source IS 'The table whose row tells of the act, with its subject and `place` there.';
COMMENT ON COLUMN audit.digest IS 'SHA-256 of that row (shared/audit/sources.py).';
COMMENT ON COLUMN audit.reason IS 'SHA-256 of a salt and the reason: it says nothing once retention has emptied both.';
COMMENT ON COLUMN audit.hash IS 'SHA-256 of the hash before (of row 1: 32 zero bytes) and of this row as a JSON list (shared/audit/chain.py).';

CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit only grows' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();

-- An act before it has its number.
CREATE TYPE audit_entry AS (
    actor   text,
    act     text,
    subject text,
    unit    text,
    told    text,
    source  text,
    place   bigint,
    digest  bytea,
    reason  bytea
);

CREATE FUNCTION audit_moment(at timestamptz) RETURNS text LANGUAGE sql STABLE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
CREATE FUNCTION audit_digest(told jsonb) RETURNS bytea LANGUAGE sql STABLE
    RETURN sha256(convert_to(told::text, 'UTF8'));

CREATE FUNCTION audit_following(hash bytea, first bytea, line text) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN sha256(coalesce(hash, first) || convert_to(line, 'UTF8'));
END
$$;
-- Over rows in order: the hash of each; `first` is the one before all of them.
CREATE AGGREGATE audit_chain(first bytea, line text) (SFUNC = audit_following, STYPE = bytea);

-- The one way to add: writers take turns until their transactions end, so that none forks the chain.
-- A transaction of an older snapshot than the last row is refused by the key.
CREATE FUNCTION audit_add(entries audit_entry[]) RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    last bigint;
    before bytea;
    moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(x'41554449'::integer);
    SELECT number, hash INTO last, before FROM audit ORDER BY number DESC LIMIT 1;
    moment := clock_timestamp();
    INSERT INTO audit
    SELECT coalesce(last, 0) + one.position, moment, actor, act, subject, unit, told, source, place,
           digest, reason,
           audit_chain(
               coalesce(before, decode(repeat('00', 32), 'hex')),
               jsonb_build_array(
                   coalesce(last, 0) + one.position, audit_moment(moment), actor, act, subject, unit,
                   told, source, place, encode(digest, 'hex'), encode(reason, 'hex'))::text
           ) OVER (ORDER BY one.position)
      FROM unnest(entries) WITH ORDINALITY
           AS one (actor, act, subject, unit, told, source, place, digest, reason, position);
END
$$;

-- An act without a table of its own. Who does not say who acts is whom the session says (operators).
CREATE FUNCTION audit_note(act text, actor text, subject text, unit text, told text) RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM audit_add(ARRAY[ROW(
        coalesce(actor, audit_operator()), act, subject, unit, told, NULL, NULL, NULL, NULL
    )::audit_entry]);
END
$$;
CREATE FUNCTION audit_operator() RETURNS text LANGUAGE sql STABLE
    RETURN nullif(current_setting('wardbook.by', true), '');

-- Rows that were there before the trail was: in their order, in parts that fit in memory. There is a
-- function audited(row) for each table that is audited.
CREATE FUNCTION audit_all(what regclass, sort text) RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    EXECUTE format($f$
        SELECT audit_add(entries) FROM (
            SELECT array_agg(audited(one) ORDER BY number) AS entries
              FROM (SELECT one, row_number() OVER (ORDER BY %I) AS number FROM %s AS one) AS rows
             GROUP BY (number - 1) / 5000 ORDER BY (number - 1) / 5000) AS parts
    $f$, sort, what);
END
$$;
