"""What schemathesis also checks of each answer: a question or a refusal has changed nothing.

A module of hooks: schemathesis imports it in its own process (SCHEMATHESIS_HOOKS).
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

import asyncpg
import schemathesis

_TABLES = """
SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
 WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
   AND table_name NOT IN ('outbox', 'history', 'audit', 'tally_parts', 'log_marks', 'readings')
 ORDER BY 1
"""
_VIEWS = """
SELECT format('%I.%I', table_schema, table_name) FROM information_schema.views
 WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
"""
_OUTBOX = "SELECT to_regclass('outbox_position_seq')"

# What is left out is of the relay, or is told of whoever asked: the trail and the readings.
# A row's xmin is the transaction that wrote it last.
_ROWS = "SELECT count(*), max(xmin::text::bigint) FROM {}"
# Parts of tallies are joined now and then, which changes no tally.
_TALLIES = "SELECT count(*), sum(amount)::bigint FROM {}"
# Rows leave the outbox when Kafka has them; its counter only moves when one is appended.
_APPENDED = "SELECT last_value, is_called::int::bigint FROM outbox_position_seq"


class Database:
    """The fuzzed service's database: how it was after the last answer."""

    def __init__(self) -> None:
        """Look at it for the first time."""
        self._runner = asyncio.Runner()
        self._conn = self._runner.run(_connected())
        self._look = self._runner.run(self._looking())
        self._seen = self._rows()

    def changed(self) -> list[str]:
        """Return what has changed since the last time."""
        before, self._seen = self._seen, self._rows()
        pairs = zip(before, self._seen, strict=True)
        return [f"{old} became {new}" for old, new in pairs if old != new]

    def _rows(self) -> Sequence[asyncpg.Record]:
        return self._runner.run(self._conn.fetch(self._look))

    async def _looking(self) -> str:
        tables = [row[0] for row in await self._conn.fetch(_TABLES)]
        views = [row[0] for row in await self._conn.fetch(_VIEWS)]
        looks = {name: _ROWS.format(name) for name in tables}
        looks |= {name: _TALLIES.format(name) for name in views}
        if await self._conn.fetchval(_OUTBOX):
            looks["outbox"] = _APPENDED
        return " UNION ALL ".join(
            f"SELECT '{name}' AS name, look.* FROM ({look}) AS look (rows, last)"  # noqa: S608
            for name, look in looks.items()
        )


async def _connected() -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(os.environ["FUZZED_DATABASE"])


_DATABASE = Database()


@schemathesis.check
def nothing_changed(
    _: schemathesis.CheckContext, response: schemathesis.Response, case: "schemathesis.Case[Any]"
) -> None:
    """A question changes nothing, and neither does a command that is refused or fails."""
    changed = _DATABASE.changed()
    refused = response.status_code >= 400
    assert not changed or not (refused or case.method == "GET"), "; ".join(changed)
