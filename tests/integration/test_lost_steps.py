"""Lost steps are brought back from their events, in the tables of every department."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import pytest

from deploy.cli.applying import StillRuns, apply, missing
from shared.database import Pool
from shared.events.cases import Status
from shared.events.envelope import Event, encode
from shared.events.returns import DeclaredFigure, Return, ReturnAccepted, ReturnData, ReturnStatus
from shared.lost_steps import LostStep
from tests.support.builders import (
    DAY,
    UNIT,
    a_birth,
    a_cancellation,
    a_case,
    a_correction,
    a_receipt,
    a_visit,
    an_event,
)
from tests.support.office import a_database_of_offices

HELD, NEW, ANOTHER, GAP = (UUID(int=number) for number in range(1, 5))
CLOSED = a_case(Status.RESOLVED)
BIRTH = a_birth(CLOSED, subject=HELD)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with a_database_of_offices(database) as opened:
        yield opened


def lost(*events: Event) -> list[LostStep]:
    return [LostStep("lost", event, encode(event), "registry.events/0@0") for event in events]


async def applied(pool: Pool, department: str, *steps: LostStep) -> list[str]:
    """Bring the steps back, whatever the order; return which cannot be."""
    async with pool.acquire() as conn:
        _, left = await apply(conn, department, steps)
    return [one.event.id for one in left]


async def test_cases_are_as_their_last_events_say(pool: Pool) -> None:
    correction = a_correction(CLOSED, subject=HELD)
    assert await applied(pool, "registry", *lost(a_receipt(subject=HELD))) == []

    cancelled = [a_receipt(subject=NEW), a_cancellation(a_case(), subject=NEW, sequence=2)]
    stray = a_correction(CLOSED, subject=GAP)
    left = await applied(pool, "registry", *lost(*reversed(cancelled), stray, correction, BIRTH))

    assert left == [stray.id]
    rows = await pool.fetch("SELECT id, sequence, status, closed_on FROM cases ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (HELD, 3, "resolved", DAY),
        (NEW, 2, "cancelled", None),
    ]
    kept = await pool.fetch("SELECT value FROM history WHERE subject = $1 ORDER BY position", HELD)
    assert [row["value"] for row in kept] == [
        encode(one) for one in (a_receipt(subject=HELD), BIRTH, correction)
    ]
    assert "its number in the book" in missing(BIRTH)[0]


async def test_another_step_under_the_number_is_left_as_it_is(pool: Pool) -> None:
    await applied(pool, "permits", *lost(a_receipt(subject=HELD), BIRTH))
    other = LostStep("other", a_correction(CLOSED, subject=HELD, sequence=2), b"", "")

    assert await applied(pool, "permits", other) == [other.event.id]
    assert await pool.fetchval("SELECT status FROM cases") == "resolved"


async def test_records_are_too(pool: Pool) -> None:
    form = Return(
        unit=UNIT,
        form="budget",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 10, 31),
        figures=(DeclaredFigure(indicator="budget.revenue_actual", amount=8_837),),
        status=ReturnStatus.ACCEPTED,
    )
    accepted = an_event(ReturnAccepted, ReturnData(ward_return=form), subject=ANOTHER)
    assert await applied(pool, "petitions", *lost(a_visit(subject=NEW))) == []
    assert await applied(pool, "returns", *lost(accepted)) == []

    rows = await pool.fetch("SELECT id, sequence FROM records ORDER BY id")
    assert [tuple(row) for row in rows] == [(NEW, 1), (ANOTHER, 1)]
    assert await pool.fetchval("SELECT status FROM return_steps") == "accepted"


async def test_nothing_is_written_while_the_department_runs(pool: Pool) -> None:
    async with pool.acquire() as relay:
        await relay.fetchval("SELECT pg_advisory_lock(4242)")
        with pytest.raises(StillRuns):
            await applied(pool, "permits", *lost(a_receipt()))
        await relay.fetchval("SELECT pg_advisory_unlock(4242)")
    assert await pool.fetchval("SELECT count(*) FROM cases") == 0
