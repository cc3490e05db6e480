"""Refused attempts (401, 403) in the trail: so many a minute, so that a flood fills no disk."""

import asyncpg
import structlog

from shared.audit.trail import note
from shared.clock import Clock
from shared.counted import Counted
from shared.database import Pool
from shared.refusal import Refused

MOST = 30
"""So many rows a minute one process adds of each person at most, and of all strangers together."""

_LONGEST = 200

log = structlog.get_logger()


class Refusals:
    """Notes refused attempts. Those beyond the pace are counted, and told with the next one."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Note in the trail of the database of `pool`."""
        self._pool = pool
        self._counted = Counted(clock)
        self._left_out = 0

    async def note(
        self, act: str, actor: str | None, subject: str, unit: str | None = None
    ) -> None:
        """Add a refused attempt to the trail, by nobody where it is not proven who asked.

        It never raises for the database's sake: a refusal is answered with or without its row.
        `subject` is what was asked for, a path without its query.
        """
        try:
            self._counted.more(actor or "", MOST)  # so that strangers hide nobody who is known
        except Refused:
            self._left_out += 1
            return
        more, self._left_out = self._left_out, 0
        told = f"{more} more were refused and not noted" if more else None
        words = "".join(one if one.isprintable() else "?" for one in subject[:_LONGEST])
        try:
            await note(self._pool, act, actor, words, unit=unit, told=told)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self._left_out += more + 1
            log.warning("a refusal is not in the audit trail", act=act, error=repr(error))
