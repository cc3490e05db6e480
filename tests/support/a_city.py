"""The wards of thành phố Hải Dương, and what each told: by a rule, so that tests can add it up."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

from aiokafka import TopicPartition

from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.fold import Folder
from shared import units
from shared.database import Pool, create_pool, migrate
from shared.events.cases import Status
from shared.events.envelope import Event
from shared.events.returns import DeclaredFigure
from shared.topics import TOPICS, topic_of
from tests.support.builders import a_birth, a_case, a_receipt, a_record, a_return, subject_of

CITY, WARD = "2004-288", "2004-10525"
SILENT = "2004-10507"
"""The ward that told nothing."""
RECORDED_ON = date(2023, 12, 20)


def received_by(unit: str, year: int) -> int:
    """Return how many cases of registry a ward received in a year."""
    if unit == SILENT:
        return 0
    return 6 + (units.under(CITY).index(unit) * 7 + year) % 15


def late_of(unit: str, year: int) -> int:
    """Return how many of these it settled late."""
    return received_by(unit, year) // (4 + units.under(CITY).index(unit) % 3)


def events() -> Iterator[Event]:
    """Yield what was told of the wards: cases, and a ward's budget that was put right later."""
    number = 0
    for unit in units.under(CITY):
        for year in (2022, 2023):
            for case in range(received_by(unit, year)):
                number += 1
                day = date(year, 1 + case % 11, 6)
                yield from _case(unit, day, number, is_late=case < late_of(unit, year))
    line = DeclaredFigure(indicator="budget.revenue_plan", amount=9_000)
    actual = DeclaredFigure(indicator="budget.revenue_actual", amount=8_837)
    more = DeclaredFigure(indicator="budget.revenue_actual", amount=9_437)
    told = {"subject": subject_of(number + 1)}
    yield a_return(line, actual, **told, recorded_on=date(2023, 11, 3))
    yield a_return(line, more, **told, sequence=2, recorded_on=RECORDED_ON)


def _case(unit: str, day: date, number: int, *, is_late: bool) -> Iterator[Event]:
    due, closed = day + timedelta(3), day + timedelta(9 if is_late else 1)
    case = a_case(unit=unit, received_on=day, due_on=due)
    done = a_case(Status.RESOLVED, unit=unit, received_on=day, due_on=due, closed_on=closed)
    subject = subject_of(number)
    yield a_receipt(case, subject=subject, recorded_on=day, occurred_on=day)
    if number % 9:
        yield a_birth(done, subject=subject, recorded_on=closed, occurred_on=closed, born_on=day)


@asynccontextmanager
async def folded(database: str) -> AsyncIterator[Pool]:
    """Give a database in which all of it is folded."""
    pool = await create_pool(database, 4)
    await migrate(pool, [MIGRATIONS])
    tables = await (await projection.live(pool)).open(database, 2)
    await positions.seed(tables, {TopicPartition(topic.name, 0): 0 for topic in TOPICS})
    told = list(events())
    records = []
    for topic in TOPICS:
        here = [one for one in told if topic_of(one.source.rpartition("/")[2]) == topic.name]
        records += [a_record(one, place, topic=topic.name) for place, one in enumerate(here)]
    await Folder(tables, 1).fold(records)
    yield pool
    await tables.close()
    await pool.close()
