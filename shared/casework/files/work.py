"""Works through the files of cases that were sent, beside the clerks: one at a time, in chunks.

Each chunk is done before it is noted as done. After a kill the work goes on with the chunk that it
was in; the rows of it that were taken are not taken again.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from typing import BinaryIO

import structlog

from shared import grid
from shared.casework.files import store
from shared.casework.files.columns import form_of
from shared.casework.files.rows import LIMITS, Fault, Read, Row, rows_of
from shared.casework.files.steps import take, weigh
from shared.casework.files.store import File, State
from shared.casework.held import Department
from shared.database import Connection, Pool, is_lost
from shared.desk import Desk
from shared.refusal import Refused

CHUNK = 250
"""Rows at a time: a clerk's command waits for two groups of this size at most."""

_IDLE_SECONDS = 1.0
_LOCK = 0x57415246
_LEAD = f"SELECT pg_try_advisory_lock({_LOCK})"
_RESIGN = f"SELECT pg_advisory_unlock({_LOCK})"

log = structlog.get_logger()


class FileWork:
    """The work on the files of one department; of several processes one does it at a time."""

    def __init__(self, department: Department, desk: Desk, pool: Pool) -> None:
        """Work for `department`: `desk` takes its commands, `pool` is its database."""
        self._department = department
        self._form = form_of(department)
        self._desk = desk
        self._pool = pool

    async def run(self) -> None:
        """Work until cancelled, also on what was interrupted before."""
        while True:
            async with self._pool.acquire() as conn:
                await self._lead(conn)
            await asyncio.sleep(_IDLE_SECONDS)

    async def _lead(self, conn: Connection) -> None:
        """Do all that is to be done, unless another process is at it."""
        if not await conn.fetchval(_LEAD):
            return
        try:
            while not is_lost(conn) and (file := await store.begin(conn)) is not None:
                await self._try(conn, file)
        finally:
            if not is_lost(conn):
                await conn.execute(_RESIGN)

    async def _try(self, conn: Connection, file: File) -> None:
        """Work on a file; one that fails stays where it is, and `begin` counts how often."""
        try:
            await self._work(conn, file)
        except Exception:
            log.exception("the work on a file of cases was interrupted", file=str(file.id))
            await asyncio.sleep(_IDLE_SECONDS)

    async def _work(self, conn: Connection, file: File) -> None:
        """Check a file whole, then take it, as far as it says so; begin where it was left."""
        with tempfile.TemporaryFile() as content:
            await store.copy(conn, file.id, content)
            if file.state == "checking":
                file = await self._check(conn, file, content)
            if file.state == "taking":
                await self._pass(conn, file, content)
                await store.finish(conn, file.id, "taken")

    async def _check(self, conn: Connection, file: File, content: BinaryIO) -> File:
        """Check every row; return the file with what follows."""
        is_whole = True
        try:
            await self._pass(conn, file, content)
        except Refused as refusal:  # it cannot be read to its end
            is_whole = False
            fault = Fault(0, refusal.field, "", refusal.rule, refusal.values)
            await store.add_faults(conn, file.id, [fault])
        broken = await store.broken(conn, file.id)
        takeable = not broken or (is_whole and file.take == "good")
        state: State = "checked" if file.dry_run else "taking" if takeable else "refused"
        await store.checked(conn, file.id, state)
        return await store.again(conn, file)

    async def _pass(self, conn: Connection, file: File, content: BinaryIO) -> None:
        """Go through the rows that this pass has not done yet."""
        with closing(grid.rows(content, LIMITS)) as cells:
            rows = rows_of(cells, self._form)
            await _in_thread(lambda: sum(1 for _ in islice(rows, file.rows_read)))
            while chunk := await _in_thread(lambda: list(islice(rows, CHUNK))):
                await self._chunk(conn, file, chunk)

    async def _chunk(self, conn: Connection, file: File, chunk: Sequence[Read]) -> None:
        """Weigh the rows of a chunk, take those that are in order, and note that it is done."""
        recorded = self._desk.moment(file.recorded_on)
        readable = [one for one in chunk if isinstance(one, Row)]
        faults = [fault for one in chunk if not isinstance(one, Row) for fault in one]
        weighed = await weigh(conn, self._department, readable, recorded, file)
        faults += [fault for one in weighed for fault in one.faults]
        good = [one for one in weighed if not one.faults]
        new = [one.row for one in good if one.is_new]
        taken = repeated = 0
        if file.state == "taking":
            late = await take(self._desk, self._department, new, recorded, file)
            taken, repeated = len(new) - len({fault.row for fault in late}), len(good) - len(new)
            faults += late
        await store.move(
            conn, file.id, read=len(chunk), taken=taken, repeated=repeated, faults=faults
        )


async def _in_thread[T](work: Callable[[], T]) -> T:
    """Return what `work` does beside the loop; it has ended also where this is cancelled."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(future)
    finally:
        await asyncio.wait({future})
