"""What a report is drawn from, read from a real PostgreSQL after a real fold."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
from aiokafka import TopicPartition

from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from services.reporting.fold import Folder
from services.reporting.tally_reader import Tallies, read_tallies
from shared.database import Pool, create_pool, migrate
from shared.events.cases import Status
from shared.events.envelope import Event
from shared.events.petitions import Weekday
from shared.events.returns import (
    DeclaredFigure,
    ReturnAccepted,
    ReturnData,
    ReturnSentBack,
    ReturnStatus,
    ReturnSubmitted,
)
from shared.topics import TOPICS, topic_of
from tests.support.builders import (
    DAY,
    UNIT,
    a_birth,
    a_cancellation,
    a_case,
    a_correction,
    a_receipt,
    a_record,
    a_return,
    a_schedule,
    an_event,
    subject_of,
)

OTHER = "2004-10528"
YEAR = Period(start=date(2023, 1, 1), end=date(2023, 12, 31))
LATER = DAY + timedelta(days=9)
"""The day on which a case turns out to be none, and a return is put right."""


@asynccontextmanager
async def folded(database: str, *events: Event) -> AsyncIterator[Pool]:
    """Give a database in which events are folded."""
    pool = await create_pool(database, 2)
    await migrate(pool, [MIGRATIONS])
    tables = await (await projection.live(pool)).open(database, 2)
    await positions.seed(tables, {TopicPartition(topic.name, 0): 0 for topic in TOPICS})
    records = []
    for topic in TOPICS:
        here = [one for one in events if topic_of(one.source.rpartition("/")[2]) == topic.name]
        records += [a_record(one, place, topic=topic.name) for place, one in enumerate(here)]
    await Folder(tables, 1).fold(records)
    yield pool
    await tables.close()
    await pool.close()


@pytest.fixture
async def told(database: str) -> AsyncIterator[Pool]:
    resolved = a_case(Status.RESOLVED)
    line = DeclaredFigure(indicator="budget.revenue_actual", amount=9)
    async with folded(
        database,
        a_receipt(subject=subject_of(2)),
        a_birth(resolved, subject=subject_of(2), recorded_on=DAY),
        a_receipt(subject=subject_of(3)),
        a_cancellation(a_case(), subject=subject_of(3), sequence=2, recorded_on=LATER),
        a_receipt(a_case(unit=OTHER), subject=subject_of(4)),
        a_schedule(Weekday.FRIDAY, subject=subject_of(5)),
        a_return(subject=subject_of(6), recorded_on=DAY),
        a_return(line, subject=subject_of(6), sequence=2, recorded_on=LATER),
    ) as pool:
        yield pool


def values(tallies: Tallies, *indicators: str) -> list[object]:
    """Return figures of the year, or why they are absent."""
    figures = (TallyFigures(YEAR, tallies).figure(one, {}) for one in indicators)
    return [one.value if one.absence is None else one.absence.value for one in figures]


ASKED = (
    "registry.applications_received",
    "registry.births_registered",
    "petitions.reception_day",
    "budget.revenue_actual",
)


@pytest.mark.parametrize(
    ("unit", "as_of", "expected"),
    [
        (UNIT, DAY - timedelta(days=1), ["missing"] * 4),
        (UNIT, DAY, [2, 1, "friday", 8_837]),
        (UNIT, LATER, [1, 1, "friday", 9]),
        (OTHER, LATER, [1, 0, "missing", "missing"]),
        ("2004-10529", LATER, ["missing"] * 4),
    ],
)
async def test_a_report_is_drawn_from_what_was_told_of_its_unit_up_to_a_day(
    told: Pool, unit: str, as_of: date, expected: list[object]
) -> None:
    assert values(await read_tallies(told, unit, as_of), *ASKED) == expected


async def test_a_case_counts_for_its_unit_and_for_the_desk_that_took_it_in(database: str) -> None:
    """By its neighbourhood, too; a correction moves all of it."""
    case = a_case(Status.RESOLVED, neighbourhood="tdp-3", received_by=OTHER)
    moved = a_case(Status.RESOLVED, neighbourhood="tdp-4")
    asked: tuple[tuple[str, dict[str, str]], ...] = (
        ("registry.births_registered", {}),
        ("registry.births_registered", {"neighbourhood": "tdp-3"}),
        ("registry.births_registered", {"neighbourhood": "tdp-4"}),
        ("registry.applications_received_for_others", {}),
    )
    async with folded(
        database,
        a_receipt(subject=subject_of(2)),
        a_birth(case, subject=subject_of(2), recorded_on=DAY),
        a_correction(moved, subject=subject_of(2), sequence=3, recorded_on=LATER),
    ) as pool:
        found = {
            (unit, day): [
                TallyFigures(YEAR, await read_tallies(pool, unit, day)).figure(*one).value
                for one in asked
            ]
            for unit in (UNIT, OTHER)
            for day in (DAY, LATER)
        }
    assert found == {
        (UNIT, DAY): [1, 1, 0, 0],
        (UNIT, LATER): [1, 0, 1, 0],
        (OTHER, DAY): [0, 0, 0, 1],
        (OTHER, LATER): [0, 0, 0, 0],
    }


async def test_what_was_sent_back_was_not_delivered(database: str) -> None:
    """Submitted, sent back, submitted again, accepted: it came on the second day."""
    days = [DAY + timedelta(days=number) for number in range(4)]
    statuses = ("submitted", "sent_back", "submitted", "accepted")
    kinds = (ReturnSubmitted, ReturnSentBack, ReturnSubmitted, ReturnAccepted)
    steps = [
        an_event(
            kind,
            ReturnData(
                ward_return=a_return().data.ward_return.model_copy(
                    update={"status": ReturnStatus(status)}
                )
            ),
            sequence=number,
            recorded_on=day,
            source="/wardbook/returns",
        )
        for number, (kind, status, day) in enumerate(zip(kinds, statuses, days, strict=True), 1)
    ]
    async with folded(database, *steps) as pool:
        read = [(await read_tallies(pool, UNIT, day)).statements[0] for day in days]

    assert [one.delivered_on for one in read] == [days[0], None, days[2], days[2]]


async def test_a_statement_is_read_with_the_days_on_which_it_was_told(told: Pool) -> None:
    [then] = (await read_tallies(told, UNIT, DAY)).statements
    [now] = (await read_tallies(told, UNIT, LATER)).statements

    assert (then.sequence, then.delivered_on, then.recorded_on) == (1, DAY, DAY)
    assert (now.sequence, now.delivered_on, now.recorded_on) == (2, DAY, LATER)
    assert [(line.indicator, line.amount) for line in now.lines] == [("budget.revenue_actual", 9)]
