"""What the steps of cases write into the registers: entries, who is named in them, what was done.

Inside the transaction of the steps; each statement once for as many entries as there are.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.registry.commands import (
    CancelEntry,
    ChangeEntry,
    CorrectEntry,
    EndMarriage,
    ResolveRegistryCase,
)
from services.registry.entries import Entry, happened_on, people, stated_day
from shared.casework.files.columns import folded
from shared.database import Connection
from shared.events.cases import CaseCancelled, CaseData
from shared.events.envelope import Event
from shared.events.registry import RegisterEntryCancelled

type _Made = tuple[Event, ResolveRegistryCase, Entry]

# Books are opened and counted on in one order, so that two transactions cannot wait for each other.
_NUMBER = """
INSERT INTO books AS book (kind, unit, year, last)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::int[]) AS one (kind, unit, year, last)
 ORDER BY kind, unit, year
    ON CONFLICT (kind, unit, year) DO UPDATE SET last = book.last + excluded.last
RETURNING kind, unit, year, last
"""
_ADD = """
INSERT INTO entries (id, kind, unit, year, number, registered_on, happened_on, entry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
"""
_ADD_PERSON = "INSERT INTO entry_people (entry, role, number, name) VALUES ($1, $2, $3, $4)"
_FORGET_PEOPLE = "DELETE FROM entry_people WHERE entry = ANY($1)"
_ADD_STEP = """
INSERT INTO entry_steps (entry, sequence, step, occurred_on, recorded_at, official, reason,
                         change_case, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)
"""
_CORRECT = """
UPDATE entries
   SET entry = $2::jsonb, happened_on = coalesce($3, registered_on)
 WHERE id = $1
"""
_END = "UPDATE entries SET ended_on = $2, ending = $3 WHERE id = $1"
# A case that was cancelled may have made no entry, or one that was taken back before.
_CANCEL = "UPDATE entries SET cancelled = true WHERE id = ANY($1) AND NOT cancelled RETURNING id"

_CANCELLING = (CaseCancelled, RegisterEntryCancelled)


def name_key(name: str) -> str:
    """Return a name as it is searched for."""
    return folded(name)


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> None:
    """Write what these steps of cases do to entries; most do nothing."""
    made = [
        (event, body, body.entry)
        for event, body in versions
        if isinstance(body, ResolveRegistryCase) and body.entry is not None
    ]
    if made:
        await _register(conn, made)
    changes = [(event, body) for event, body in versions if isinstance(body, ChangeEntry)]
    if changes:
        await _change(conn, changes)
    gone = {event.subject: (event, body) for event, body in versions if type(event) in _CANCELLING}
    if gone:
        taken_back = await conn.fetch(_CANCEL, [*gone])
        await conn.executemany(_ADD_STEP, [_step(*gone[row["id"]]) for row in taken_back])


async def _register(conn: Connection, made: Sequence[_Made]) -> None:
    """Give each entry the next number of its book, and write it."""
    books = [_book(event, entry) for event, _, entry in made]
    counts = sorted(Counter(books).items())
    rows = await conn.fetch(_NUMBER, *zip(*((*book, count) for book, count in counts), strict=True))
    last = {(row["kind"], row["unit"], row["year"]): row["last"] for row in rows}
    numbers = {book: last[book] - count for book, count in counts}
    entries = []
    for (event, _, entry), book in zip(made, books, strict=True):
        numbers[book] += 1
        day = event.occurred_on
        content = entry.model_dump_json(exclude_none=True)
        entries.append((event.subject, *book, numbers[book], day, happened_on(entry, day), content))
    await conn.executemany(_ADD, entries)
    await _name(conn, [(event.subject, entry) for event, _, entry in made])
    await conn.executemany(_ADD_STEP, [_step(event, body) for event, body, _ in made])


async def _change(conn: Connection, changes: Sequence[tuple[Event, ChangeEntry]]) -> None:
    corrected = [
        (event.subject, body.entry) for event, body in changes if isinstance(body, CorrectEntry)
    ]
    if corrected:
        await conn.executemany(
            _CORRECT,
            [
                (id_, entry.model_dump_json(exclude_none=True), stated_day(entry))
                for id_, entry in corrected
            ],
        )
        await conn.execute(_FORGET_PEOPLE, [id_ for id_, _ in corrected])
        await _name(conn, corrected)
    ended = [
        (event.subject, body.ended_on, body.ending)
        for event, body in changes
        if isinstance(body, EndMarriage)
    ]
    if ended:
        await conn.executemany(_END, ended)
    kept = [(event, body) for event, body in changes if not isinstance(body, CancelEntry)]
    await conn.executemany(_ADD_STEP, [_step(event, body) for event, body in kept])


async def _name(conn: Connection, entries: Sequence[tuple[UUID, Entry]]) -> None:
    rows = [
        (id_, role, person.number, name_key(person.name))
        for id_, entry in entries
        for role, person in people(entry).items()
    ]
    await conn.executemany(_ADD_PERSON, rows)


def _book(event: Event, entry: Entry) -> tuple[str, str, int]:
    assert isinstance(event.data, CaseData)
    return entry.kind, event.data.case.unit, event.occurred_on.year


def _step(event: Event, body: BaseModel) -> tuple[object, ...]:
    entry: BaseModel | None = getattr(body, "entry", None)
    return (
        event.subject,
        event.sequence,
        event.type,
        event.occurred_on,
        event.recordedtime,
        getattr(body, "official", None),
        getattr(body, "reason", None),
        getattr(body, "change_case", None),
        None if entry is None else entry.model_dump_json(exclude_none=True),
    )
