"""Entries as they are read: one with what was done to it, or those that name a person.

All that is read here is personal data: by role, for a purpose, and each entry that is read is
noted. Nothing else of the registry hands any out.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.registry.entries import Entry, EntryField, PersonNumber, changed
from services.registry.rules import is_late
from services.registry.store import entry_of
from services.registry.writing import name_key
from shared.database import Pool
from shared.events.registry import Ending
from shared.parameters import known_parameters
from shared.readings import PersonalDataReader
from shared.refusal import Refused

_MOST = 50
_ENTRY = """
SELECT entry.id, cases.sequence, entry.kind, entry.unit, entry.year, entry.number,
       entry.registered_on, entry.happened_on, entry.cancelled, entry.ended_on, entry.ending,
       entry.entry::text, cases.procedure, cases.received_on
  FROM entries AS entry JOIN cases USING (id)
"""
_READ = f"{_ENTRY} WHERE id = $1"
_UNITS = "SELECT DISTINCT unit FROM books"
_FIND = f"""
{_ENTRY}
 WHERE entry.unit = ANY($3) AND id IN (SELECT entry FROM entry_people
                WHERE ($1::text IS NULL OR number = $1) AND ($2::text IS NULL OR name = $2))
 ORDER BY entry.registered_on DESC, id DESC LIMIT {_MOST}
"""  # noqa: S608 - constants only
_STEPS = """
SELECT sequence, step, occurred_on, recorded_at, official, reason, change_case, content::text
  FROM entry_steps WHERE entry = $1 ORDER BY sequence
"""


class EntryAnswer(BaseModel):
    """An entry as it now stands, and where: the book of its kind, unit and year, and its number.

    `late` is a birth or death that was reported after the days that the law gives.
    """

    id: UUID
    sequence: int
    kind: Literal["birth", "death", "marriage", "marital_status"]
    unit: str
    year: int
    number: int
    registered_on: date
    late: bool
    cancelled: bool
    ended_on: date | None
    ending: Ending | None
    entry: EntryField


class Difference(BaseModel):
    """What a field said before and after a step; None where it said nothing."""

    field: str
    old: Any
    new: Any


class EntryStep(BaseModel):
    """What was done to an entry: when, by whom, why, and what it changed."""

    sequence: int
    step: str
    occurred_on: date
    recorded_at: datetime
    official: str | None
    reason: str | None
    change_case: UUID | None
    changed: list[Difference]


class EntryWithSteps(EntryAnswer):
    """An entry and all that was done to it."""

    steps: list[EntryStep]


def entry_routes(pool: Pool) -> APIRouter:
    """Return the routes under which entries are read and found."""
    routes = APIRouter(
        prefix="/entries", tags=["entries"], dependencies=[Depends(known_parameters)]
    )

    @routes.get("", summary="Find the entries that name a person, the latest first, at most 50")
    async def find(
        by: PersonalDataReader,
        number: PersonNumber | None = None,
        name: Annotated[str | None, Field(min_length=1, max_length=200)] = None,
    ) -> list[EntryAnswer]:
        if number is None and name is None:
            raise Refused("search_for_whom", "number")
        if "\0" in (name or ""):
            raise Refused("nul", "name")
        key = None if name is None else name_key(name)
        async with pool.acquire() as conn, conn.transaction():
            units = [row["unit"] for row in await conn.fetch(_UNITS)]
            own = [unit for unit in units if by.person.answers_for(unit)]
            rows = await conn.fetch(_FIND, number, key, own)
            for row in rows:
                await by.note(conn, "entry", row["id"], row["unit"], ["entry"])
        return [EntryAnswer(**_told(row)) for row in rows]

    @routes.get("/{id}", summary="Read an entry and what was done to it")
    async def read(
        id: UUID,  # noqa: A002 - the name in the address
        by: PersonalDataReader,
    ) -> EntryWithSteps:
        async with pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(_READ, id)
            if row is None:
                raise Refused("unknown_registration", "id", status=404)
            steps = await conn.fetch(_STEPS, id)
            await by.note(conn, "entry", id, row["unit"], ["entry", "steps"])
        return EntryWithSteps(**_told(row), steps=_steps(steps))

    return routes


def _told(row: asyncpg.Record) -> dict[str, Any]:
    late = is_late(row["procedure"], row["happened_on"], row["received_on"])
    return {**row, "entry": entry_of(row["entry"]), "late": late}


def _steps(rows: list[asyncpg.Record]) -> list[EntryStep]:
    steps, before = [], None
    for row in rows:
        after = before if row["content"] is None else entry_of(row["content"])
        steps.append(EntryStep(**{**row, "changed": _differences(before, after)}))
        before = after
    return steps


def _differences(before: Entry | None, after: Entry | None) -> list[Difference]:
    if before is None or after is None:
        return []
    return [
        Difference(field=name, old=old, new=new)
        for name, (old, new) in changed(before, after).items()
    ]
