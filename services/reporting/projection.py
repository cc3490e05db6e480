"""Projections: sets of facts and tallies in schemas of their own, each folded from the whole log.

Reports are drawn from the live one. A rebuild folds another beside it and makes it live in one
transaction, so that a report shows the one or the other, never both (decision 0011).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from services.reporting import positions
from services.reporting.positions import Positions
from services.reporting.projections.tallies import VERSION
from shared.database import Connection, Pool, create_pool, migrate
from shared.topics import READERS

TABLES = Path(__file__).parent / "projections" / "migrations"

_LOCK = "SELECT pg_advisory_xact_lock(4243)"
_FIND = "SELECT id FROM public.projections WHERE version = $1 AND state = $2"
_ANY = "SELECT EXISTS (SELECT FROM public.projections)"
_BEGIN = "INSERT INTO public.projections (version, state) VALUES ($1, $2) RETURNING id"
_RETIRED = "SELECT id FROM public.projections WHERE state = 'retired' AND version = $1"
_FORGET = "DELETE FROM public.projections WHERE id = $1"
_RETIRE = "UPDATE public.projections SET state = 'retired' WHERE id = $1"
_MAKE_LIVE = """
UPDATE public.projections SET state = 'live', live_at = clock_timestamp() WHERE id = $1
"""
_READ = """
SELECT set_config('search_path', 'projection_' || id, $2)
  FROM public.projections WHERE version = $1 AND state = 'live'
"""

_OURS_TO_INDEX = "SELECT pg_try_advisory_lock(4244, $1)"
_IS_INDEXED = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('facts_of_unit')"
_DROP_INDEX = "DROP INDEX CONCURRENTLY facts_of_unit"
_INDEX = "CREATE INDEX CONCURRENTLY facts_of_unit ON facts USING gin (units)"

_LOG_LOST = "UPDATE public.documents SET log_lost = true"
_MISSING = """
SELECT count(*) FROM {old}.facts AS old
 WHERE NOT EXISTS (SELECT FROM {new}.facts AS new
                    WHERE new.subject = old.subject AND new.sequence = old.sequence)
"""

_MOVED = """
SELECT EXISTS (SELECT FROM {old}.facts AS old JOIN {new}.facts AS new USING (subject, sequence)
                WHERE (old.partition, old."offset") <> (new.partition, new."offset"))
"""

_TRIES, _PAUSE_SECONDS = 100, 0.02
_LONG_TRIES, _LONG_PAUSE_SECONDS = 5, 1.0
"""Of what looks through all facts, while the live ones are not folded on."""


class NotBuilt(Exception):
    """There are projections, but none of this version is live; the message says what to do."""


class Behind(Exception):
    """A projection is not folded as far as the one that it is to replace."""


class StepsMissing(Exception):
    """Steps of the live projection are not on the log that another was folded from."""


@dataclass(frozen=True, slots=True)
class Projection:
    """One set of tables; `group` is the consumer group of those who fold it."""

    id: int

    @property
    def schema(self) -> str:
        """The schema that holds its tables."""
        return f"projection_{self.id}"

    @property
    def group(self) -> str:
        """The consumer group of its fold workers."""
        return f"{READERS}{self.id}"

    async def open(self, dsn: str, connections: int) -> Pool:
        """Return a pool whose sessions fold into this projection's tables, made if need be."""
        # Every statement of the fold finds its rows by a key. A plan that was made while a table
        # was empty would go through all of it for ever.
        # A lock that is not given in time is held by a worker that stands still (positions.py).
        settings = {
            "search_path": self.schema,
            "enable_seqscan": "off",
            "lock_timeout": "16000",
        }
        pool = await create_pool(dsn, connections, **settings)
        await migrate(pool, [TABLES], self.schema)
        return pool

    async def index_facts(self, dsn: str) -> bool:
        """Index the facts by unit, which evidence and restatements ask for; say whether they are.

        Folding goes on meanwhile. It is for a projection that is level with the log: replaying a
        long one need not pay for it (decision 0018). One process does it, others are told no.
        """
        # Without the time limits of a pool's sessions: of a term of the country it takes minutes.
        conn = await asyncpg.connect(dsn, server_settings={"search_path": self.schema})
        try:
            if not await conn.fetchval(_OURS_TO_INDEX, self.id):
                return False
            indexed = await conn.fetchval(_IS_INDEXED)
            if indexed is False:  # its making was cut short
                await conn.execute(_DROP_INDEX)
            if not indexed:
                await conn.execute(_INDEX)
            return True
        finally:
            await conn.close()


async def live(pool: Pool) -> Projection:
    """Return the projection that reports are drawn from; the very first is live from its start.

    Raises NotBuilt where only other versions of the fold have one.
    """
    found = await pool.fetchval(_FIND, VERSION, "live")
    if found is not None:
        return Projection(found)
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(_LOCK)
        found = await conn.fetchval(_FIND, VERSION, "live")  # another process may have begun it
        if found is None and await conn.fetchval(_ANY):
            do = "run python -m services.reporting.rebuild"
            raise NotBuilt(f"the tallies of version {VERSION} are not built yet: {do}")
        return Projection(found or await conn.fetchval(_BEGIN, VERSION, "live"))


async def find_live(pool: Pool) -> Projection:
    """Return the projection that reports are drawn from; raises NotBuilt where none is yet."""
    found = None
    if await pool.fetchval("SELECT to_regclass('public.projections')") is not None:
        found = await pool.fetchval(_FIND, VERSION, "live")
    if found is None:
        raise NotBuilt(f"no projection of version {VERSION} is live: start reporting first")
    return Projection(found)


async def begin(pool: Pool) -> Projection:
    """Return the projection that is being built, a new one where none is.

    A new one takes the place of retired ones, whose tables are dropped.
    """
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(_LOCK)
        found = await conn.fetchval(_FIND, VERSION, "building")
        if found is not None:
            return Projection(found)
        for row in await conn.fetch(_RETIRED, VERSION):
            await conn.execute(f"DROP SCHEMA IF EXISTS {Projection(row['id']).schema} CASCADE")
            await conn.execute(_FORGET, row["id"])
        return Projection(await conn.fetchval(_BEGIN, VERSION, "building"))


async def switch(pool: Pool, new: Projection, *, new_log: bool = False) -> None:
    """Draw reports from `new`, in one transaction.

    What is live until now is not folded on meanwhile, for two seconds at most, so that `new` can
    come level with it. Raises Behind, and changes nothing, where it does not: a report must not go
    back. Nothing happens where `new` is live already.

    With `new_log` the positions of what is live are of a log that was lost, and say nothing: `new`
    has come level when it holds each of its steps. Raises StepsMissing where it does not.
    """
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(_LOCK)
        old = await conn.fetchval(_FIND, VERSION, "live")
        if old == new.id:
            return
        if old is not None:
            come_level = _hold_all if new_log else _come_level
            await come_level(conn, Projection(old), new)
            await conn.execute(_RETIRE, old)
            # A log where each step stands at its place was not lost, whatever was thought.
            moved = _MOVED.format(old=Projection(old).schema, new=new.schema)
            if new_log and await conn.fetchval(moved):
                await conn.execute(_LOG_LOST)
        await conn.execute(_MAKE_LIVE, new.id)


async def _come_level(conn: Connection, old: Projection, new: Projection) -> None:
    await conn.execute(f"LOCK TABLE {old.schema}.positions IN SHARE MODE")
    needed = await _positions(conn, old)
    for _ in range(_TRIES):
        reached = await _positions(conn, new)
        if all(reached.get(tp, 0) >= offset for tp, offset in needed.items()):
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    raise Behind("not folded as far as the live projection")


async def _hold_all(conn: Connection, old: Projection, new: Projection) -> None:
    # Without the time limit of a session: of a term of the country it takes minutes.
    await conn.execute("SET LOCAL statement_timeout = 0")
    await conn.execute(f"LOCK TABLE {old.schema}.positions IN SHARE MODE")
    missing = 0
    for _ in range(_LONG_TRIES):
        missing = await conn.fetchval(_MISSING.format(old=old.schema, new=new.schema))
        if not missing:
            return
        await asyncio.sleep(_LONG_PAUSE_SECONDS)  # the last batch may be folded still
    raise StepsMissing(f"{missing} steps that reports are drawn from are not on this log")


async def read_live(conn: Connection, *, after_it_too: bool = False) -> None:
    """Let the rest of the caller's transaction read the live projection's tables.

    With `after_it_too` the session goes on reading them, whatever is made live meanwhile.
    """
    await conn.execute(_READ, VERSION, not after_it_too)


@asynccontextmanager
async def snapshot(pool: Pool) -> AsyncIterator[Connection]:
    """Give a connection that reads the live projection as it is at one moment."""
    async with (
        pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        await read_live(conn)
        yield conn


async def _positions(conn: Connection, projection: Projection) -> Positions:
    await conn.execute("SELECT set_config('search_path', $1, true)", projection.schema)
    return await positions.read(conn)
