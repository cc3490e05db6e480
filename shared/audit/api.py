"""GET /audit: the trail, as auditors read it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from shared import units
from shared.access import asking
from shared.clock import start_of
from shared.database import Pool
from shared.frozen import Closed, Day
from shared.parameters import known_parameters

PAGE = 100
"""Rows of one answer."""

_READ = """
SELECT number, at, actor, act, subject, unit, told, encode(hash, 'hex') AS hash
  FROM audit
 WHERE unit = ANY($1) AND number < $2 AND ($3::uuid IS NULL OR subject = $3::text)
   AND at >= coalesce($4, '-infinity'::timestamptz)
 ORDER BY number DESC LIMIT $5
"""
_NEWEST = 2**63 - 1


class AuditRow(Closed):
    """One act: who did what to what, when it came into the trail, and the hash that binds it."""

    number: int
    at: datetime
    actor: str | None
    act: str
    subject: str
    unit: str
    told: str | None
    hash: str


def audit_routes(pool: Pool) -> APIRouter:
    """Return the route of the trail, for auditors."""
    routes = APIRouter(tags=["audit"], dependencies=[Depends(known_parameters)])

    @routes.get("/audit", summary="The audit trail of the auditor's units, newest first")
    async def read(
        request: Request,
        subject: Annotated[
            UUID | None, Query(description="what the act was done to: the id of a case")
        ] = None,
        since: Annotated[Day | None, Query(alias="from", description="from this day on")] = None,
        before: Annotated[
            int, Query(description="the number of the last one seen", ge=1, le=_NEWEST)
        ] = _NEWEST,
    ) -> list[AuditRow]:
        own = sorted(units.answered_for(asking(request).unit))
        moment = None if since is None else start_of(since)
        rows = await pool.fetch(_READ, own, before, subject, moment, PAGE)
        return [AuditRow(**row) for row in rows]

    return routes
