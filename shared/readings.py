"""Personal data are read by role, for a stated purpose, and every reading leaves its trace.

A route takes `by: PersonalDataReader`, and in the transaction in which it reads says
`await by.note(...)`; it answers when that is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BeforeValidator

from shared import units
from shared.clock import start_of
from shared.database import Connection, Pool
from shared.frozen import Closed, Day
from shared.parameters import known_parameters
from shared.people import Person, Role
from shared.printable import on_one_line
from shared.refusal import Refused
from shared.staff import asking, need

_TOKEN = HTTPBearer(auto_error=False, description="Of one of the people of WARDBOOK_PEOPLE")

Purpose = Annotated[
    str,
    BeforeValidator(on_one_line),
    Query(
        min_length=5,
        max_length=200,
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

    async def note(
        self, conn: Connection, kind: str, subject: UUID, unit: str, fields: Sequence[str]
    ) -> None:
        """Write this reading down, inside the caller's transaction.

        Refuses a subject of a unit that is not the reader's, nor went into it.
        """
        own = self.person.unit
        if own != unit and own not in {one.id for one in units.successors(units.unit(unit))}:
            raise Refused("other_unit", "id", status=403, unit=own)
        await conn.execute(_NOTE, self.person.name, own, kind, subject, fields, self.purpose)


def by_role(person: Person | None, purpose: str) -> Reader:
    """Return a reader; refuses who has not the role."""
    if person is None:
        raise Refused("no_readers", status=403)
    need(person, Role.PERSONAL_DATA_READER)
    return Reader(person, purpose)


def _reader(request: Request, purpose: Purpose, _: Annotated[object, Security(_TOKEN)]) -> Reader:
    return by_role(asking(request), purpose)


PersonalDataReader = Annotated[Reader, Depends(_reader)]
"""The guard of a route that answers personal data."""


def _perhaps_reader(
    request: Request, _: Annotated[object, Security(_TOKEN)], purpose: Purpose | None = None
) -> Reader | None:
    return None if purpose is None else by_role(asking(request), purpose)


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
        _: Annotated[object, Security(_TOKEN)],
        subject: Annotated[UUID | None, Query(description="the id of a case")] = None,
        since: Annotated[Day | None, Query(alias="from", description="from this day on")] = None,
        before: Annotated[
            int, Query(description="the id of the last one seen", ge=1, le=_NEWEST)
        ] = _NEWEST,
    ) -> list[Reading]:
        person = asking(request)
        if person is None:
            raise Refused("no_readers", status=403)
        need(person, Role.AUDITOR)
        moment = None if since is None else start_of(since)
        rows = await pool.fetch(_READ, person.unit, before, subject, moment, PAGE)
        return [Reading(**row) for row in rows]

    return routes
