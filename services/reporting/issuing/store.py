"""Documents in PostgreSQL: found, locked, drawn, moved on; their numbers and their files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

import asyncpg

from services.reporting.issuing.model import Action, Document, State, Step
from services.reporting.issuing.stamp import Stamp
from shared.database import Connection
from shared.people import Capacity, Role
from shared.refusal import Refused

type Kind = Literal["report", "letter"]

_COLUMNS = """
SELECT id, unit, kind, concerns, subject, starts, ends, as_of, encode(sha256, 'hex') AS sha256,
       positions::text AS positions, log_lost, broken, notation, dated, number,
       (SELECT jsonb_object_agg(form, encode(files.sha256, 'hex'))::text
          FROM document_files AS files WHERE files.document = documents.id) AS files,
       ARRAY(SELECT others.id FROM documents AS others
              WHERE others.concerns = documents.id ORDER BY others.id) AS concerned_by
  FROM documents
"""
_FIND = f"{_COLUMNS} WHERE id = $1 AND unit = ANY($2)"
_LOCK = f"{_FIND} FOR UPDATE OF documents"
_PAGE = (
    f"{_COLUMNS} WHERE unit = ANY($1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
)
_STEPS = """
SELECT document, action, person, role, at, state, reason, check_id, capacity, position
  FROM document_steps WHERE document = ANY($1) ORDER BY document, step
"""
_MODEL = "SELECT content FROM documents WHERE id = $1"
_ADD = """
INSERT INTO documents (id, unit, kind, concerns, notation, subject, starts, ends, as_of, content,
                       positions, broken, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12, 'draft')
    ON CONFLICT (id) DO NOTHING RETURNING id
"""
_DRAW = """
UPDATE documents
   SET subject = $2, starts = $3, ends = $4, as_of = $5, content = $6,
       positions = $7::text::jsonb, log_lost = false, broken = $8
 WHERE id = $1
"""
_STEP = """
WITH moved AS (UPDATE documents SET state = $7 WHERE id = $1)
INSERT INTO document_steps (document, step, action, person, role, at, state, reason, check_id,
                            capacity, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_NEXT_NUMBER = """
INSERT INTO document_numbers AS held (unit, notation, year, last, last_on)
VALUES ($1, $2, extract(year FROM $3::date), 1, $3)
    ON CONFLICT (unit, notation, year)
    DO UPDATE SET last = held.last + 1, last_on = excluded.last_on
        WHERE held.last_on <= excluded.last_on
RETURNING last
"""
_NUMBER = "UPDATE documents SET number = $2, dated = $3 WHERE id = $1"
_KEEP = "INSERT INTO document_files (document, form, media_type, content) VALUES ($1, $2, $3, $4)"
_FILE = """
SELECT media_type, content, encode(sha256, 'hex') AS sha256
  FROM document_files WHERE document = $1 AND form = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is frozen when a document is drawn: its model as JSON, and what it was drawn from."""

    kind: Kind
    unit: str
    concerns: UUID | None
    notation: str
    subject: str
    starts: date
    ends: date
    as_of: date
    model: bytes
    positions: str
    broken: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document as it is kept, without its model; `files` are the hashes of its forms."""

    id: UUID
    kind: Kind
    concerns: UUID | None
    concerned_by: Sequence[UUID]
    subject: str
    starts: date
    ends: date
    as_of: date
    positions: str
    log_lost: bool
    notation: str
    dated: date | None
    number: int | None
    files: Mapping[str, str]
    document: Document

    @property
    def stamp(self) -> Stamp | None:
        """What the document bears; nothing before it has its number."""
        signed = self.document.last(Action.SIGN)
        if self.number is None or self.dated is None or signed is None:
            return None
        return Stamp(
            number=self.number,
            dated=self.dated,
            signer=signed.person,
            capacity=signed.capacity or Capacity.COLLECTIVE,
            position=signed.position,
            waivers=self.document.waivers,
        )


@dataclass(frozen=True, slots=True)
class File:
    """A form of a document: its bytes, and their hash."""

    media_type: str
    content: bytes
    sha256: str


async def find(conn: Connection, id_: UUID, of: Sequence[str], *, lock: bool = False) -> Held:
    """Return a document of some units; locked, nobody else changes it in this transaction."""
    row = await conn.fetchrow(_LOCK if lock else _FIND, id_, of)
    if row is None:
        raise Refused("unknown_document", "id", status=404)
    return (await _held(conn, [row]))[0]


async def page(
    conn: Connection, of: Sequence[str], before: UUID | None, most: int
) -> Sequence[Held]:
    """Return the documents of some units, the latest first, older ones than `before`."""
    return await _held(conn, await conn.fetch(_PAGE, of, before, most))


async def model(conn: Connection, id_: UUID) -> bytes:
    """Return the model of a document, as JSON."""
    found: bytes = await conn.fetchval(_MODEL, id_)
    return found


async def add(conn: Connection, id_: UUID, drawn: Content, step: Step) -> bool:
    """Add a draft, unless there is a document of that id; say whether it was added.

    Refuses a second one that replaces the same report.
    """
    fixed = (id_, drawn.unit, drawn.kind, drawn.concerns, drawn.notation)
    try:
        added = await conn.fetchval(_ADD, *fixed, *_drawn(drawn))
    except asyncpg.UniqueViolationError:
        raise Refused("replacement_exists", "replaces", status=409) from None
    if added is not None:
        await add_step(conn, id_, 1, step)
    return added is not None


async def draw(conn: Connection, id_: UUID, drawn: Content) -> None:
    """Put another content into a draft."""
    await conn.execute(_DRAW, id_, *_drawn(drawn))


async def add_step(conn: Connection, id_: UUID, number: int, step: Step) -> None:
    """Add the step with this number, from 1, and let the document be in its state."""
    told = (step.action, step.person, step.role, step.at, step.state, step.reason, step.check)
    await conn.execute(_STEP, id_, number, *told, step.capacity, step.position)


async def give_number(conn: Connection, held: Held, on: date) -> None:
    """Give a document the next number of its unit's yearly sequence.

    Nobody gets the one after it before this transaction ends, and nobody ever gets it if this one
    is undone, so the sequence has no gaps. Refuses a day before that of the number before.
    """
    number = await conn.fetchval(_NEXT_NUMBER, held.document.unit, held.notation, on)
    if number is None:
        raise Refused("number_backwards", "Recorded-On")
    await conn.execute(_NUMBER, held.id, number, on)


async def keep(conn: Connection, id_: UUID, files: Mapping[str, tuple[str, bytes]]) -> None:
    """Keep the forms of an issued document for good: media type and bytes by name."""
    rows = [(id_, form, media_type, made) for form, (media_type, made) in files.items()]
    await conn.executemany(_KEEP, rows)


async def kept(conn: Connection, id_: UUID, form: str) -> File | None:
    """Return a form of an issued document."""
    row = await conn.fetchrow(_FILE, id_, form)
    return None if row is None else File(row["media_type"], row["content"], row["sha256"])


def _drawn(drawn: Content) -> tuple[object, ...]:
    days = (drawn.starts, drawn.ends, drawn.as_of)
    return (drawn.subject, *days, drawn.model, drawn.positions, drawn.broken)


async def _held(conn: Connection, rows: Sequence[asyncpg.Record]) -> Sequence[Held]:
    steps: dict[UUID, list[Step]] = {row["id"]: [] for row in rows}
    for row in await conn.fetch(_STEPS, list(steps)):
        steps[row["document"]].append(
            Step(
                action=Action(row["action"]),
                person=row["person"],
                role=Role(row["role"]),
                at=row["at"],
                state=State(row["state"]),
                reason=row["reason"],
                check=row["check_id"],
                capacity=row["capacity"] and Capacity(row["capacity"]),
                position=row["position"],
            )
        )
    plain = ("id", "kind", "concerns", "concerned_by", "subject", "starts", "ends", "as_of")
    more = ("positions", "log_lost", "notation", "dated", "number")
    return [
        Held(
            **{name: row[name] for name in (*plain, *more)},
            files=json.loads(row["files"] or "{}"),
            document=Document(
                unit=row["unit"],
                sha256=row["sha256"],
                broken=frozenset(row["broken"]),
                steps=tuple(steps[row["id"]]),
            ),
        )
        for row in rows
    ]
