"""The registry's table of cases with the entries that they made: read and written with its cases.

A decision about an entry hangs on what other entries say of the same people. So that it still holds
when it is written, a transaction keeps everybody whom its entries are about, by number, until it
ends; people who are in no entry yet are kept as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import BaseModel, TypeAdapter

from services.registry import writing
from services.registry.commands import ChangeEntry, ResolveRegistryCase
from services.registry.entries import Entry, EntryField
from services.registry.model import HeldInRegistry, Registration
from services.registry.rules import FOR_EVER, Life
from shared.casework import store
from shared.casework.held import Held
from shared.database import Connection
from shared.events.envelope import Event

_ENTRIES = """
SELECT id, registered_on, entry::text, cancelled, ended_on FROM entries WHERE id = ANY($1)
"""
# Of two whole numbers, so that nobody's is a lock of anything else. In the order given.
_KEEP = """
SELECT pg_advisory_xact_lock(head, tail) FROM unnest($1::int[], $2::int[]) AS person (head, tail)
"""
_LIVES = """
SELECT person.number, entry.id, entry.kind, entry.happened_on,
       least(entry.ended_on,
             (SELECT min(death.happened_on)
                FROM entry_people AS spouse
                JOIN entry_people AS deceased USING (number)
                JOIN entries AS death ON death.id = deceased.entry
               WHERE spouse.entry = entry.id AND spouse.role IN ('husband', 'wife')
                 AND deceased.role = 'deceased' AND NOT death.cancelled)) AS ended_on
  FROM entry_people AS person
  JOIN entries AS entry ON entry.id = person.entry
 WHERE person.number = ANY($1) AND person.role IN ('child', 'deceased', 'husband', 'wife')
   AND NOT entry.cancelled
"""
_ENTRY: TypeAdapter[Entry] = TypeAdapter(EntryField)


def entry_of(text: str) -> Entry:
    """Return the entry that a column has."""
    return _ENTRY.validate_json(text)


async def lock(conn: Connection, wanted: Mapping[UUID, BaseModel]) -> Mapping[UUID, Held]:
    """Return the cases that exist, with their entries and people where a command needs them.

    Others are kept from changing any of it while the transaction runs.
    """
    about_entries = {
        id_: body
        for id_, body in wanted.items()
        if isinstance(body, ChangeEntry)
        or (isinstance(body, ResolveRegistryCase) and body.entry is not None)
    }
    named = {id_: getattr(body, "change_case", None) for id_, body in about_entries.items()}
    ids = {*wanted, *(id_ for id_ in named.values() if id_ is not None)}
    held = await store.lock(conn, ids)
    if not about_entries:
        return held
    people = sorted({number for body in about_entries.values() for number in _concerns(body)})
    if people:
        await conn.execute(_KEEP, [int(n[:6]) for n in people], [int(n[6:]) for n in people])
    told = await conn.fetch(_LIVES, people) if people else []
    registrations = {
        row["id"]: Registration(
            entry=entry_of(row["entry"]),
            registered_on=row["registered_on"],
            cancelled=row["cancelled"],
            ended_on=row["ended_on"],
        )
        for row in await conn.fetch(_ENTRIES, [*about_entries])
    }
    entries = {
        id_: HeldInRegistry(
            **held[id_].parts,
            registration=registrations.get(id_),
            lives=_lives(told, but=id_),
            change_case=held[other].case if other is not None and other in held else None,
        )
        for id_, other in named.items()
        if id_ in held
    }
    return {**held, **entries}


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the next versions of cases and what they do to entries; return how many cases."""
    written = await store.save(conn, versions)
    await writing.save(conn, versions)
    return written


def _concerns(body: BaseModel) -> Iterable[str]:
    return getattr(body, "concerns", ())


def _lives(rows: Sequence[asyncpg.Record], but: UUID) -> Mapping[str, Life]:
    """Return what entries say of people, by number; one of the entries is left out."""
    lives: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["id"] != but:
            life = lives.setdefault(row["number"], {})
            _add(life, row["kind"], row["happened_on"], row["ended_on"])
    return {number: Life(**life) for number, life in lives.items()}


def _add(life: dict[str, Any], kind: str, day: date, ended_on: date | None) -> None:
    match kind:
        case "birth":
            life["born_on"] = day
        case "death":
            life["died_on"] = day
        case "marriage":
            life["marriages"] = (*life.get("marriages", ()), (day, ended_on or FOR_EVER))
