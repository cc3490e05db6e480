"""Drafts of returns: kept for those who write them, and never overwritten unread."""

import json
from uuid import UUID

from services.returns.model import Draft
from shared.database import Pool
from shared.events.returns import Return, ReturnStatus
from shared.refusal import Refused

_ACCEPTED = "SELECT 1 FROM return_steps WHERE id = $1 AND status = $2"
_FIRST = """
INSERT INTO drafts (id, version, content, saved_at)
VALUES ($1, nextval('draft_versions'), $2, clock_timestamp())
    ON CONFLICT DO NOTHING RETURNING version
"""
_NEXT = """
UPDATE drafts SET version = nextval('draft_versions'), content = $2, saved_at = clock_timestamp()
 WHERE id = $1 AND version = $3 RETURNING version
"""
_READ = "SELECT version, content::text FROM drafts WHERE id = $1"


async def save(pool: Pool, id_: UUID, content: Return, read: int | None) -> Draft:
    """Keep a draft whose version `read` was read; None is for a first one.

    Refuses where somebody else wrote meanwhile, and where the return is accepted already.
    """
    told = content.model_dump_json(exclude_none=True)
    async with pool.acquire() as conn, conn.transaction():
        if await conn.fetchval(_ACCEPTED, id_, ReturnStatus.ACCEPTED):
            raise Refused("return_exists", status=409)
        if read is None:
            version = await conn.fetchval(_FIRST, id_, told)
        else:
            version = await conn.fetchval(_NEXT, id_, told, read)
    if version is None:
        raise Refused("draft_changed", "If-Match", status=412)
    return Draft(version=version, ward_return=content)


async def read(pool: Pool, id_: UUID) -> Draft:
    """Return a draft. Refuses an id that has none."""
    row = await pool.fetchrow(_READ, id_)
    if row is None:
        raise Refused("unknown_draft", "id", status=404)
    content = Return.model_validate(json.loads(row["content"]))
    return Draft(version=row["version"], ward_return=content)
