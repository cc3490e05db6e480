"""PostgreSQL: the pool, what waiting heals, and a service's migrations, once each and in order."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

type Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
type Pool = asyncpg.Pool[asyncpg.Record]

AUDIT = Path(__file__).parent / "audit" / "migrations"
"""The trail, which the database of every service has."""

_LOCK = 0x57415244
"""Key of the advisory lock under which migrations run: two starting processes take turns."""

AWAY = (
    OSError,  # TimeoutError is one
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,  # a full disk
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
)
"""Failures that waiting heals: the database is away, full or busy. But for asyncpg.DataError, which
is an InterfaceError too: a value that no statement takes, today or tomorrow."""

_BACK_OFF_SECONDS = 1.0

log = structlog.get_logger()

_CREATE_MIGRATIONS = """
CREATE TABLE IF NOT EXISTS migrations (
    name       text PRIMARY KEY,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationChanged(Exception):
    """A migration that was applied no longer has the text it was applied with."""


async def create_pool(dsn: str, connections: int, **settings: str) -> Pool:
    """Return an open pool. Sessions run in UTC and give up a statement after a minute.

    `settings` are more of the server's settings for its sessions.

    The server ends a session that leaves it waiting in a transaction: a process that stands still,
    or whose machine is gone, must not hold its locks for ever.

    Nothing here leaves state in a session, so that none is reset (a round trip) between its uses.
    """

    async def keep(_: Connection) -> None:
        """Leave a returned session as it is."""

    pool: Pool = await asyncpg.create_pool(
        dsn,
        min_size=2,
        max_size=connections,
        reset=keep,
        server_settings={
            "timezone": "UTC",
            "statement_timeout": "60000",
            "idle_in_transaction_session_timeout": "15000",
            "synchronous_commit": "on",  # what is answered is kept, whatever the server's default
            **settings,
        },
    )
    return pool


async def wrong_with(pool: Pool) -> str | None:
    """Return None where the database answers within two seconds, else what it does instead."""
    try:
        await pool.fetchval("SELECT 1", timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"the database does not answer: {error!r}"
    return None


async def outlast(work: Callable[[], Awaitable[None]]) -> None:
    """Do `work`, which never ends by itself; begin it again where the database was away.

    Any other failure is raised.
    """
    while True:
        try:
            return await work()
        except asyncpg.DataError:
            raise
        except AWAY as error:
            log.warning("the database does not answer", error=repr(error))
            await asyncio.sleep(_BACK_OFF_SECONDS)


async def migrate(pool: Pool, folders: Sequence[Path], schema: str | None = None) -> None:
    """Apply the `NNNN_name.sql` files of `folders`, all in one transaction, each only once ever.

    Folders are taken in the given order, behind that of the audit trail, files by name. `schema` is
    made first where it is missing, and has no trail: the one that the sessions of `pool` work in.
    Raises MigrationChanged, and applies nothing, where an applied file was edited since.
    """
    async with pool.acquire() as conn, conn.transaction():
        # A large table is rewritten in minutes, and another process waits for that as long.
        await conn.execute("SET LOCAL statement_timeout = 0")
        await conn.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        if schema:
            await conn.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        await conn.execute(_CREATE_MIGRATIONS)
        rows = await conn.fetch("SELECT name, checksum FROM migrations")
        applied = {row["name"]: row["checksum"] for row in rows}
        for folder in folders if schema else (AUDIT, *folders):
            for file in sorted(folder.glob("[0-9]*.sql")):
                await _apply(conn, f"{folder.parent.name}/{file.name}", file.read_text(), applied)


async def _apply(conn: Connection, name: str, sql: str, applied: dict[str, str]) -> None:
    checksum = hashlib.sha256(sql.encode()).hexdigest()
    if name not in applied:
        await conn.execute(sql)
        await conn.execute("INSERT INTO migrations VALUES ($1, $2)", name, checksum)
    elif applied[name] != checksum:
        message = f"{name} was edited after it was applied: add a new migration instead"
        raise MigrationChanged(message)


def is_lost(conn: Connection) -> bool:
    """Return whether the server ended the session, and what it held of locks with it."""
    try:
        return conn.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def rows_of(status: str) -> int:
    """Return how many rows a statement wrote, from PostgreSQL's word on it: INSERT 0 12."""
    return int(status.rpartition(" ")[2])
