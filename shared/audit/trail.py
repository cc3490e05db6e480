"""The trail of a database: acts added to it, its head told outside of the database.

Acts with a table of their own (events, readings, steps of documents ...) are added by the database
itself, in the transaction that writes their row; the others here.
"""

import asyncio
import getpass
import os

import asyncpg
import structlog

from shared.audit.chain import NOTHING, Head
from shared.database import Connection, Pool
from shared.metrics import AUDIT_LENGTH

_NOTE = "SELECT public.audit_note($1, $2, $3, $4, $5)"
_HEAD = "SELECT number, hash FROM public.audit ORDER BY number DESC LIMIT 1"

log = structlog.get_logger()


async def note(
    db: Connection | Pool,
    act: str,
    actor: str | None,
    subject: str,
    *,
    unit: str | None = None,
    told: str | None = None,
) -> None:
    """Add an act to the trail, in the caller's transaction where there is one.

    Others who add to the trail wait until that ends, so let it be the last of the transaction.
    `told` is what is known of the act; no personal data belong there.
    """
    await db.execute(_NOTE, act, actor, subject, unit, told)


async def head(db: Connection | Pool) -> Head:
    """Return the last row's number and hash."""
    row = await db.fetchrow(_HEAD)
    return NOTHING if row is None else Head(row["number"], row["hash"])


async def keep_telling(pool: Pool, seconds: float) -> None:
    """Tell the head to metrics and log every so often until cancelled.

    What was told is known outside of the database, whatever becomes of the trail.
    """
    while True:
        try:
            found = await head(pool)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("the head of the audit trail is not known", error=repr(error))
        else:
            AUDIT_LENGTH.set(found.number)
            log.info("head of the audit trail", head=str(found))
        await asyncio.sleep(seconds)


def operator(by: str | None = None) -> str:
    """Return who operates: whom the command line names, else the user of the system."""
    if by:
        return by
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except OSError:  # in a container the number may have no name
        return f"user {os.getuid()}"


def session_of(by: str) -> dict[str, str]:
    """Return settings of a session: what it does is an operator's, in the trail."""
    return {"wardbook.by": by}
