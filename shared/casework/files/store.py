"""Files of cases as a department keeps them: what was sent, how far it is, what is wrong in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Literal
from uuid import UUID

from shared.casework.files.rows import Fault
from shared.database import Connection

type State = Literal["checking", "checked", "refused", "taking", "taken", "failed"]
type Take = Literal["all", "good"]

MOST_FAULTS = 1_000
"""How many faults are told at once."""

_PART = 1_000_000
_MOST_ATTEMPTS = 3
_COLUMNS = """id, sent_at, dry_run, take, recorded_on, unused, state, rows, rows_read, taken,
    repeated, began_at, began_with, moved_at, sent_by, office"""

_ADD = """
INSERT INTO case_files (id, dry_run, take, recorded_on, unused, sent_by, office)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_ADD_PART = "INSERT INTO case_file_parts VALUES ($1, $2, $3)"
_PART_OF = "SELECT bytes FROM case_file_parts WHERE file = $1 AND number = $2"
_DROP_PARTS = "DELETE FROM case_file_parts WHERE file = $1"
_OF_OFFICE = f"SELECT {_COLUMNS} FROM case_files WHERE coalesce(office, $1) = $1"  # noqa: S608
_LATEST = f"{_OF_OFFICE} ORDER BY id DESC LIMIT 20"
_READ = f"{_OF_OFFICE} AND id = $2"
_AGAIN = f"SELECT {_COLUMNS} FROM case_files WHERE id = $1"  # noqa: S608 - constants only
_BEGIN = f"""
UPDATE case_files SET attempts = attempts + 1, began_at = clock_timestamp(),
       began_with = rows_read, moved_at = clock_timestamp()
 WHERE id = (SELECT min(id::text)::uuid FROM case_files WHERE state IN ('checking', 'taking'))
RETURNING {_COLUMNS}, attempts
"""  # noqa: S608
_MOVE = """
UPDATE case_files SET rows_read = rows_read + $2, taken = taken + $3, repeated = repeated + $4,
       moved_at = clock_timestamp(), attempts = 0
 WHERE id = $1
"""
_CHECKED = "UPDATE case_files SET state = $2, rows = rows_read WHERE id = $1"
_FROM_START = """
UPDATE case_files SET rows_read = 0, began_at = clock_timestamp(), began_with = 0,
       moved_at = clock_timestamp()
 WHERE id = $1
"""
_FINISH = "UPDATE case_files SET state = $2 WHERE id = $1"
_ADD_FAULTS = """
INSERT INTO case_file_faults
SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
    ON CONFLICT DO NOTHING
"""
_BROKEN = "SELECT count(DISTINCT row_number) FROM case_file_faults WHERE file = $1"
_FAULTS = """
SELECT row_number, cell, field, rule, values::text FROM case_file_faults
 WHERE file = $1 AND row_number >= $2
 ORDER BY row_number, length(cell), cell, field, rule LIMIT $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was sent, and how far it is; the columns are explained where they are made."""

    id: UUID
    sent_at: datetime
    dry_run: bool
    take: Take
    recorded_on: date | None
    unused: Sequence[str]
    state: State
    rows: int | None
    rows_read: int
    taken: int
    repeated: int
    began_at: datetime | None
    began_with: int
    moved_at: datetime | None
    sent_by: str | None
    office: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is said of a file when it is sent."""

    id: UUID
    dry_run: bool
    take: Take
    recorded_on: date | None
    unused: Sequence[str]
    sent_by: str
    office: str


async def add(conn: Connection, sent: Sent, content: BinaryIO) -> None:
    """Keep a file that was sent: whole or not at all."""
    async with conn.transaction():
        told = (sent.id, sent.dry_run, sent.take, sent.recorded_on, list(sent.unused))
        await conn.execute(_ADD, *told, sent.sent_by, sent.office)
        content.seek(0)
        number = 0
        while part := content.read(_PART):
            await conn.execute(_ADD_PART, sent.id, number, part)
            number += 1


async def begin(conn: Connection) -> File | None:
    """Return the oldest file that is not done, None where there is none.

    One that was begun several times without getting on has failed, and is passed over from now on.
    """
    while row := await conn.fetchrow(_BEGIN):
        told = dict(row)
        if told.pop("attempts") <= _MOST_ATTEMPTS:
            return File(**told)
        await finish(conn, told["id"], "failed")
    return None


async def copy(conn: Connection, file: UUID, to: BinaryIO) -> None:
    """Write the content of a file as it was sent."""
    number = 0
    while part := await conn.fetchval(_PART_OF, file, number):
        to.write(part)
        number += 1


async def move(
    conn: Connection, file: UUID, *, read: int, taken: int, repeated: int, faults: Sequence[Fault]
) -> None:
    """Say that so many more rows are done, and what is wrong in them."""
    async with conn.transaction():
        await add_faults(conn, file, faults)
        await conn.execute(_MOVE, file, read, taken, repeated)


async def add_faults(conn: Connection, file: UUID, faults: Sequence[Fault]) -> None:
    """Keep what is wrong; what is known already stays once."""
    if faults:
        rows = [
            (one.row, one.cell, one.field, one.rule, json.dumps(one.values, default=str))
            for one in faults
        ]
        await conn.execute(_ADD_FAULTS, file, *zip(*rows, strict=True))


async def checked(conn: Connection, file: UUID, state: State) -> None:
    """Say that every row was checked, and what follows: it is taken from its start, or done."""
    async with conn.transaction():
        await conn.execute(_CHECKED, file, state)
        await conn.execute(_FROM_START if state == "taking" else _DROP_PARTS, file)


async def finish(conn: Connection, file: UUID, state: State) -> None:
    """Say how it ended; the content is not kept any longer."""
    async with conn.transaction():
        await conn.execute(_FINISH, file, state)
        await conn.execute(_DROP_PARTS, file)


async def latest(conn: Connection, office: str) -> list[File]:
    """Return the files that an office sent last, the newest first."""
    return [File(**row) for row in await conn.fetch(_LATEST, office)]


async def read(conn: Connection, file: UUID, office: str) -> File | None:
    """Return a file that an office sent, None where there is none of this id."""
    row = await conn.fetchrow(_READ, office, file)
    return None if row is None else File(**row)


async def again(conn: Connection, file: File) -> File:
    """Return how far a file is now."""
    row = await conn.fetchrow(_AGAIN, file.id)
    assert row is not None
    return File(**row)


async def broken(conn: Connection, file: UUID) -> int:
    """Return how many rows something is wrong with."""
    count: int = await conn.fetchval(_BROKEN, file)
    return count


async def faults_of(conn: Connection, file: UUID, from_row: int) -> Sequence[Fault]:
    """Return what is wrong in a row and the ones below, in the order of the sheet, MOST_FAULTS."""
    rows = await conn.fetch(_FAULTS, file, from_row, MOST_FAULTS)
    return [
        Fault(row["row_number"], row["cell"], row["field"], row["rule"], json.loads(row["values"]))
        for row in rows
    ]
