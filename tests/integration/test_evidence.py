"""Evidence and later events on a real PostgreSQL: true totals, and the facts of one unit read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date

import asyncpg
import pytest

from deploy.bench.rig import PLACES
from deploy.bench.workload import unit_ids
from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.drawing import heading
from services.reporting.evidence import evidence
from services.reporting.evidence_events import PAGE
from services.reporting.figure import Period
from services.reporting.fold import Folder
from services.reporting.issuing.later import later_events
from services.reporting.movements import movements
from services.reporting.projection import Projection
from services.reporting.report import ReportHeading
from shared.database import Pool, migrate
from shared.events.cases import Channel, Status
from shared.refusal import Refused
from tests.support.builders import (
    SUBJECT,
    UNIT,
    a_birth,
    a_cancellation,
    a_case,
    a_correction,
    a_receipt,
    records_of,
    subject_of,
)
from tests.support.servers import open_pool
from tests.support.wait import wait_until
from tests.support.workload import workload_records

RECEIVED = "registry.applications_received"
YEAR = Period(start=date(2023, 1, 1), end=date(2023, 12, 31))
TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))
EVENTS = 20_000
UNITS = 1_000

_FACTS_OF = "SELECT count(*) FROM facts JOIN units ON units.id = units[1] WHERE units.unit = $1"
_READ = """
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'facts'
"""


def about(unit: str, period: Period = YEAR) -> ReportHeading:
    return heading(unit, period, date(2024, 6, 1), date(2024, 6, 1))


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 4) as opened:
        await migrate(opened, [MIGRATIONS])
        yield opened


@pytest.fixture
async def live(pool: Pool) -> Projection:
    return await projection.live(pool)


@pytest.fixture
async def tables(live: Projection, database: str) -> AsyncIterator[Pool]:
    """Connections of a fold worker."""
    opened = await live.open(database, 3)
    await positions.seed(opened, dict.fromkeys(PLACES, 0))
    yield opened
    await opened.close()


async def test_a_page_past_the_last_one_tells_how_many_events_there_are(
    pool: Pool, tables: Pool
) -> None:
    told = [a_receipt(subject=subject_of(number)) for number in range(PAGE + 3)]
    await Folder(tables, 1).fold(records_of(told))

    pages = [await evidence(pool, about(UNIT), RECEIVED, page) for page in range(3)]

    assert [len(page.events) for page in pages] == [PAGE, 3, 0]
    assert [(page.total, page.amount) for page in pages] == [(PAGE + 3, PAGE + 3)] * 3


async def test_a_cell_that_adds_up_leads_to_what_it_adds(pool: Pool, tables: Pool) -> None:
    told = [a_receipt(subject=subject_of(number)) for number in range(3)]
    await Folder(tables, 1).fold(records_of(told))
    key = f"{RECEIVED} + petitions.applications_received?procedure=registry.birth"

    found = await evidence(pool, about(UNIT), f"{RECEIVED} + {RECEIVED}", 0)

    assert (found.value, found.operands, found.total) == (6, (RECEIVED, RECEIVED), 0)
    assert found.formula == " + ".join(found.labels)
    with pytest.raises(Refused, match=r"petitions\.applications_received"):
        await evidence(pool, about(UNIT), key, 0)


async def test_a_case_tells_what_each_of_its_steps_moved(pool: Pool, tables: Pool) -> None:
    """A correction takes out what was counted wrongly and puts in what is right, nothing else."""
    case = a_case(Status.RESOLVED, closed_on=date(2023, 11, 14), due_on=date(2023, 11, 14))
    posted = case.model_copy(update={"channel": Channel.POST})
    steps = [a_receipt(), a_birth(case), a_correction(posted), a_cancellation(posted, sequence=4)]
    await Folder(tables, 1).fold(records_of(steps))

    told = (await movements(pool, SUBJECT)).steps

    assert [step.id for step in told] == [step.id for step in steps]
    assert [
        sorted((one.measure, one.dimensions.get("channel", ""), one.amount) for one in step.moved)
        for step in told
    ] == [
        [("overdue", "", 1), ("received", "online", 1)],
        [("closed", "online", 1), ("overdue", "", -1)],
        [
            ("closed", "online", -1),
            ("closed", "post", 1),
            ("received", "online", -1),
            ("received", "post", 1),
        ],
        [("closed", "post", -1), ("received", "post", -1)],
    ]
    with pytest.raises(Refused, match="no step of this case"):
        await movements(pool, subject_of(99))


@dataclass(frozen=True)
class Asking:
    """A question about one unit's facts, and how often it may read each of them."""

    ask: Callable[[Pool, str], Awaitable[object]]
    times: int


ASKINGS = {
    "evidence": Asking(lambda pool, unit: evidence(pool, about(unit, TERM), RECEIVED, 0), 4),
    "later events": Asking(
        lambda pool, unit: later_events(pool, about(unit, TERM), {}, date(2024, 6, 1), [TERM]), 3
    ),
}


@pytest.mark.parametrize("name", ASKINGS)
async def test_the_facts_of_a_unit_are_read_and_no_others(
    tables: Pool, live: Projection, database: str, name: str
) -> None:
    await Folder(tables, 1).fold(workload_records(EVENTS))
    assert await live.index_facts(database)
    await tables.execute("ANALYZE facts")
    unit = unit_ids()[0]
    own = await tables.fetchval(_FACTS_OF, unit)
    await tables.execute("SELECT pg_stat_force_next_flush()")
    before = await tables.fetchval(_READ)
    async with open_pool(database, 2) as asking:
        await ASKINGS[name].ask(asking, unit)

    async def told() -> bool:  # a session that ends has told the server all that it read
        return bool(await tables.fetchval(_READ) > before)

    await wait_until(told)
    read = await tables.fetchval(_READ) - before

    assert 0 < own < EVENTS / UNITS * 3
    assert read <= own * ASKINGS[name].times


async def test_an_index_is_made_by_one_and_made_anew_where_its_making_was_cut_short(
    tables: Pool, live: Projection, database: str
) -> None:
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('facts_of_unit')"
    busy = await asyncpg.connect(database)
    await busy.execute("SELECT pg_advisory_lock(4244, $1::integer)", live.id)
    assert not await live.index_facts(database)
    assert await tables.fetchval(valid) is None
    await busy.close()

    async def freed() -> bool:
        return await live.index_facts(database)

    await wait_until(freed)
    await tables.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('facts_of_unit')"
    )
    assert await live.index_facts(database)
    assert await tables.fetchval(valid)
