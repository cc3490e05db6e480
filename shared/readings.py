"""Personal data are read by role, for a stated purpose, and every reading leaves its trace.

A route takes `by: PersonalDataReader` and says `await by.note(...)` of what it has read, in the
same transaction or on the pool; it answers when that is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BeforeValidator, StringConstraints

from shared import units
from shared.clock import start_of
from shared.database import Connection, Pool
from shared.frozen import Closed, Day
from shared.parameters import known_parameters
from shared.people import Person, Role
from shared.printable import on_one_line
from shared.refusal import Refused
from shared.staff import asking, need

TOKEN = HTTPBearer(auto_error=False, description="Of one of the people of WARDBOOK_PEOPLE")

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
 WHERE reader_unit = $1 AND id < $2 AND ($3::uuid IS NULL OR subject = $3)
   AND read_at >= coalesce($4, '-infinity'::timestamptz)
 ORDER BY id DESC LIMIT $5
"""
_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may read personal data, and on what ground it is done now."""

    person: Person
    purpose: str

    def answers_for(self, unit: str) -> bool:
        """Return whether a unit is the reader's, or went into it."""
        heirs = {one.id for one in units.successors(units.unit(unit))}
        return self.person.unit in {unit, *heirs}

    async def note(
        self, db: Connection | Pool, kind: str, subject: UUID, unit: str, fields: Sequence[str]
    ) -> None:
        """Write this reading down, in the caller's transaction where there is one.

        Refuses a subject of a unit that the reader does not answer for.
        """
        own = self.person.unit
        if not self.answers_for(unit):
            raise Refused("other_unit", "id", status=403, unit=own)
        await db.execute(_NOTE, self.person.name, own, kind, subject, fields, self.purpose)


def with_role(request: Request, role: Role) -> Person:
    """Return who asks; refuses who has not the role, and everybody where nobody is known."""
    person = asking(request)
    if person is None and "authorization" not in request.headers:
        raise Refused("unknown_person", "Authorization", status=401)
    if person is None:
        raise Refused("no_readers", status=403)
    need(person, role)
    return person


def _reader(request: Request, purpose: Purpose, _: Annotated[object, Security(TOKEN)]) -> Reader:
    return Reader(with_role(request, Role.PERSONAL_DATA_READER), purpose)


def _perhaps_reader(request: Request, purpose: Purpose | None = None) -> Reader | None:
    return None if purpose is None else _reader(request, purpose, None)


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
        _: Annotated[object, Security(TOKEN)],
        subject: Annotated[UUID | None, Query(description="the id of a case")] = None,
        since: Annotated[Day | None, Query(alias="from", description="from this day on")] = None,
        before: Annotated[
            int, Query(description="the id of the last one seen", ge=1, le=_NEWEST)
        ] = _NEWEST,
    ) -> list[Reading]:
        person = with_role(request, Role.AUDITOR)
        moment = None if since is None else start_of(since)
        rows = await pool.fetch(_READ, person.unit, before, subject, moment, PAGE)
        return [Reading(**row) for row in rows]

    return routes
