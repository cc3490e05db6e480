"""Personal data are read by role, for a stated purpose, and every reading leaves its trace.

A route takes `by: PersonalDataReader` and says `await by.note(...)` of what it has read, in the
same transaction or on the pool; it answers when that is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator, StringConstraints

from shared import units
from shared.access import asking, holding
from shared.clock import start_of
from shared.database import Connection, Pool
from shared.frozen import Closed, Day
from shared.parameters import known_parameters
from shared.people import Person, Role
from shared.printable import on_one_line
from shared.refusal import Refused

Purpose = Annotated[
    str,
    StringConstraints(min_length=5, max_length=200),
    BeforeValidator(on_one_line),
    Query(
        description="On what ground the personal data are read; it is kept",
        examples=["Trả lời đơn khiếu nại của người nộp"],
    ),
]

PAGE = 100
"""Readings of one answer."""

_NOTE = """
INSERT INTO readings (reader, reader_unit, kind, subject, fields, purpose)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_READ = """
SELECT id, read_at, reader, reader_unit, kind, subject, fields, purpose
  FROM readings
 WHERE reader_unit = ANY($1) AND id < $2 AND ($3::uuid IS NULL OR subject = $3)
   AND read_at >= coalesce($4, '-infinity'::timestamptz)
 ORDER BY id DESC LIMIT $5
"""
_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may read personal data, and on what ground it is done now."""

    person: Person
    purpose: str

    async def note(
        self, db: Connection | Pool, kind: str, subject: UUID, unit: str, fields: Sequence[str]
    ) -> None:
        """Write this reading down, in the caller's transaction where there is one.

        Refuses a subject of a unit that the reader does not answer for.
        """
        own = self.person.unit
        if not self.person.answers_for(unit):
            raise Refused("other_unit", "id", status=403, unit=own)
        await db.execute(_NOTE, self.person.name, own, kind, subject, fields, self.purpose)


def _reader(request: Request, purpose: Purpose) -> Reader:
    return Reader(holding(request, Role.PERSONAL_DATA_READER), purpose)


def _perhaps_reader(request: Request, purpose: Purpose | None = None) -> Reader | None:
    return None if purpose is None else _reader(request, purpose)


PersonalDataReader = Annotated[Reader, Depends(_reader)]
"""The guard of a route that answers personal data."""

PerhapsReader = Annotated[Reader | None, Depends(_perhaps_reader)]
"""Of a route that answers more where a purpose is stated: a reader of personal data then."""


class Reading(Closed):
    """One reading of personal data."""

    id: int
    read_at: datetime
    reader: str
    reader_unit: str
    kind: str
    subject: UUID
    fields: list[str]
    purpose: str


def reading_routes(pool: Pool) -> APIRouter:
    """Return the route of the trail, for auditors."""
    routes = APIRouter(tags=["personal data"], dependencies=[Depends(known_parameters)])

    @routes.get(
        "/readings",
        summary="Who of the auditor's unit read which personal data, why and when; newest first",
    )
    async def read(
        request: Request,
        subject: Annotated[UUID | None, Query(description="the id of a case")] = None,
        since: Annotated[Day | None, Query(alias="from", description="from this day on")] = None,
        before: Annotated[
            int, Query(description="the id of the last one seen", ge=1, le=_NEWEST)
        ] = _NEWEST,
    ) -> list[Reading]:
        own = sorted(units.answered_for(asking(request).unit))
        moment = None if since is None else start_of(since)
        rows = await pool.fetch(_READ, own, before, subject, moment, PAGE)
        return [Reading(**row) for row in rows]

    return routes
