"""What reporting's audit trail speaks of: steps with documents, and recounts."""

from shared.audit.sources import Source, digest_of

STEPS = Source(
    table="document_steps",
    rows="SELECT document::text AS subject, step AS place, action, person, role, at, state, reason"
    " AS why, check_id, capacity, position FROM document_steps",
    digest=digest_of(
        *("subject", "place", "action", "person", "role", "at", "state", "why", "check_id"),
        *("capacity", "position"),
    ),
)
RECOUNTS = Source(
    table="recounts",
    rows="SELECT 'reporting' AS subject, id AS place, ended_at, differences FROM recounts",
    digest=digest_of("ended_at", "differences"),
)
