"""What the runbook tells an operator to type is there and runs."""

import re
from pathlib import Path

import asyncpg
import pytest

from deploy.cli.main import wardbook
from services.reporting import projection
from services.reporting.app import MIGRATIONS as REPORTING_MIGRATIONS
from shared.database import Connection, migrate
from shared.department import MIGRATIONS
from tests.support.servers import open_pool

RUNBOOK = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")
TYPED = [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", RUNBOOK)]
STATEMENTS = [one for one in TYPED if one.startswith("SELECT ") and one.count("(pid)") == 0]
COMMANDS = {one.split()[1] for one in TYPED if one.startswith("wardbook ")}
ENTRIES = RUNBOOK.split("### ")[1:]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: one.split()[0])
def test_an_entry_says_what_it_means_where_to_look_and_what_to_do(entry: str) -> None:
    assert re.findall(r"\*\*(Means|Look|Do)\*\*", entry) == ["Means", "Look", "Do"]


def test_the_commands_are_there() -> None:
    assert len(COMMANDS) >= 5
    assert wardbook.commands.keys() >= COMMANDS


async def test_the_statements_run(database: str) -> None:
    """On a department's database or on reporting's, in the schema that the runbook names."""
    assert len(STATEMENTS) >= 9
    async with open_pool(database, 2) as pool:
        await migrate(pool, [MIGRATIONS, REPORTING_MIGRATIONS])
        await (await (await projection.live(pool)).open(database, 2)).close()
        async with pool.acquire() as conn:
            live = await conn.fetchval(STATEMENTS[0])
            await conn.execute(f"SET search_path TO {live}, public")
            wrong = [one for one in STATEMENTS if not await _runs(conn, one)]
    assert wrong == []


async def _runs(conn: Connection, statement: str) -> bool:
    try:
        await conn.fetch(statement)
    except asyncpg.PostgresError:
        return False
    return True
