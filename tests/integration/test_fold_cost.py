"""What the fold may cost, counted in statements and bytes, never in seconds.

The counts are PostgreSQL's own, of a server that counts every statement (pg_stat_statements).
"""

import gc
from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from deploy.bench.rig import PLACES
from deploy.bench.workload import unit_ids
from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.fold import Folder
from services.reporting.projection import TABLES
from services.reporting.tally_reader import read_tallies, tallies_of
from shared.database import Pool, create_pool, migrate
from tests.support.servers import fresh_database, running_postgres
from tests.support.wait import wait_until
from tests.support.workload import workload_records

STATEMENTS_PER_BATCH = 12
"""The most that a batch may take, BEGIN and COMMIT included, however many events it holds."""
WAL_BYTES_PER_EVENT = 2_000
"""The most that an event may write to PostgreSQL's log, in batches of a thousand: it takes half."""

STATEMENTS_PER_REPORT = 3
"""Of cells, their series, what was stated; beside those of positions, and that make a snapshot."""

BATCHES = (100, 1_000, 10_000)
WARM_UP = 10_000

_COUNTED = """
SELECT sum(calls)::integer FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1)
"""

_PARTS_OF = """
SELECT count(*) FROM tally_parts JOIN units ON units.id = tally_parts.unit WHERE units.unit = $1
"""
_PARTS_READ = """
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'tally_parts'
"""


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """DSN of a server that counts statements."""
    async with running_postgres(tmp_path_factory.mktemp("counting")) as postgres:
        conn = await asyncpg.connect(postgres.dsn)
        await conn.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        await conn.close()
        await postgres.stop()
        await postgres.start()
        conn = await asyncpg.connect(postgres.dsn)
        await conn.execute("CREATE EXTENSION pg_stat_statements")
        await conn.close()
        yield postgres.dsn


@pytest.fixture
async def pool(server: str) -> AsyncIterator[Pool]:
    async with fresh_database(server) as dsn:
        opened = await create_pool(dsn, 4, enable_seqscan="off")
        await migrate(opened, [TABLES])
        await positions.seed(opened, dict.fromkeys(PLACES, 0))
        yield opened
        await opened.close()


async def test_the_statements_of_a_batch_do_not_grow_with_its_events(
    pool: Pool, server: str
) -> None:
    records = workload_records(WARM_UP + sum(BATCHES))
    folder = Folder(pool, 1)
    await folder.fold(records[:WARM_UP])
    name = await pool.fetchval("SELECT current_database()")
    counting = await asyncpg.connect(server)
    begin, used = WARM_UP, []
    for length in BATCHES:
        await counting.execute("SELECT pg_stat_statements_reset()")
        await folder.fold(records[begin : begin + length])
        used.append(await counting.fetchval(_COUNTED, name))
        begin += length
    await counting.close()

    assert max(used) <= STATEMENTS_PER_BATCH, used
    assert min(used) > 0


async def test_the_log_written_for_an_event_is_bounded(pool: Pool) -> None:
    records = workload_records(WARM_UP + max(BATCHES))
    folder = Folder(pool, 1)
    await folder.fold(records[:WARM_UP])
    await pool.execute("CHECKPOINT")
    before = await pool.fetchval("SELECT pg_current_wal_lsn()")
    for begin in range(WARM_UP, len(records), 1_000):
        await folder.fold(records[begin : begin + 1_000])
    written = await pool.fetchval("SELECT pg_current_wal_lsn() - $1::pg_lsn", before)

    assert 0 < written / max(BATCHES) <= WAL_BYTES_PER_EVENT


async def test_the_statements_of_a_report_do_not_grow_with_its_cells(
    pool: Pool, server: str
) -> None:
    records, used = workload_records(WARM_UP), []
    folder, unit = Folder(pool, 1), unit_ids()[0]
    name = await pool.fetchval("SELECT current_database()")
    counting = await asyncpg.connect(server)
    for begin, end in ((0, 1_000), (1_000, WARM_UP)):
        await folder.fold(records[begin:end])
        async with pool.acquire() as conn:
            await counting.execute("SELECT pg_stat_statements_reset()")
            await tallies_of(conn, unit, date.max)
            used.append(await counting.fetchval(_COUNTED, name))
    await counting.close()

    assert used == [STATEMENTS_PER_REPORT] * 2


async def test_a_report_reads_the_parts_of_its_own_unit_and_no_other(database: str) -> None:
    pool = await create_pool(database, 2)
    await migrate(pool, [MIGRATIONS])
    tables = await (await projection.live(pool)).open(database, 2)
    await positions.seed(tables, dict.fromkeys(PLACES, 0))
    await Folder(tables, 1).fold(workload_records(WARM_UP))
    unit = unit_ids()[0]
    parts = await tables.fetchval(_PARTS_OF, unit)
    await tables.execute("SELECT pg_stat_force_next_flush()")
    before = await tables.fetchval(_PARTS_READ)
    await read_tallies(pool, unit, date.max)
    await pool.close()  # a session that ends has told the server all that it read

    async def told() -> bool:
        return bool(await tables.fetchval(_PARTS_READ) > before)

    await wait_until(told)
    read = await tables.fetchval(_PARTS_READ) - before
    await tables.close()

    assert 0 < parts == read


async def test_batches_leave_nothing_behind_for_the_collector(pool: Pool) -> None:
    """It comes so seldom while events are folded that cycles would fill the memory."""
    records = workload_records(WARM_UP + BATCHES[-1])
    folder = Folder(pool, 1)
    await folder.fold(records[:WARM_UP])
    gc.collect()
    gc.disable()
    try:
        for begin in range(WARM_UP, len(records), 1_000):
            await folder.fold(records[begin : begin + 1_000])
        unreachable = gc.collect()
    finally:
        gc.enable()

    assert unreachable < len(records) / 1_000
