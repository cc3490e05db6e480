"""Answers are kept while nothing of their unit is folded, and never longer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from services.reporting import positions, projection
from services.reporting.answers import Answer, Answers
from services.reporting.app import MIGRATIONS
from services.reporting.dead_letters import Chosen
from services.reporting.decode import Undecodable
from services.reporting.drawing import heading
from services.reporting.figure import Period
from services.reporting.fold import Folder
from services.reporting.projection import Projection
from services.reporting.replay import replay
from services.reporting.report import TERM, Form, Report, build, load
from services.reporting.report.forms import to_json
from services.reporting.report.model import Verdict
from services.reporting.standing import Standing
from services.reporting.store import join_parts, keep_dead_letters
from shared.database import Pool, create_pool, migrate
from shared.events.cases import Status
from shared.events.envelope import Event
from shared.events.returns import DeclaredFigure
from shared.topics import TOPICS, topic_of
from tests.support.builders import (
    DAY,
    a_birth,
    a_cancellation,
    a_case,
    a_receipt,
    a_record,
    a_return,
    subject_of,
)
from tests.support.fixed_figures import HEADING, SOUND, FixedFigures

OTHER = "2004-10528"
PLANS = {TERM: load(TERM)}
TODAY = DAY + timedelta(days=30)
ABOUT = heading("10525", Period(start=DAY - timedelta(days=300), end=DAY), TODAY, TODAY)


@dataclass
class Desk:
    """Folds events one by one, and asks for the report; `drawn` counts how often it was made."""

    pool: Pool
    tables: Pool
    database: str
    answers: Answers
    drawn: int = 0
    sent: dict[str, int] = field(default_factory=dict)

    async def fold(self, *events: Event) -> None:
        """Fold them in one batch, as each topic's next records."""
        records = []
        for one in events:
            topic = topic_of(one.source.rpartition("/")[2])
            place = self.sent[topic] = self.sent.get(topic, -1) + 1
            records.append(a_record(one, place, topic=topic))
        await Folder(self.tables, 1).fold(records)

    async def ask(self, answers: Answers | None = None) -> Answer:
        """Return the report as JSON, from `answers` that may have kept it."""
        return await (answers or self.answers).answer(TERM, ABOUT, Form("", "json", self._render))

    def _render(self, report: Report) -> bytes:
        self.drawn += 1
        return to_json(report)


@pytest.fixture
async def desk(database: str) -> AsyncIterator[Desk]:
    pool = await create_pool(database, 2)
    await migrate(pool, [MIGRATIONS])
    tables = await _open(await projection.live(pool), database)
    yield Desk(pool, tables, database, Answers(Standing(pool), PLANS))
    await tables.close()
    await pool.close()


async def _open(made: Projection, database: str) -> Pool:
    tables = await made.open(database, 2)
    await positions.seed(tables, {TopicPartition(topic.name, 0): 0 for topic in TOPICS})
    return tables


def answered() -> list[float]:
    """Return how many reports were drawn and how many were kept ones, as the metric has it."""
    name = "wardbook_report_answers_total"
    values = [REGISTRY.get_sample_value(name, {"result": one}) for one in ("drawn", "kept")]
    return [value or 0.0 for value in values]


CHANGES = (
    a_receipt(subject=subject_of(1)),
    a_birth(a_case(Status.RESOLVED), subject=subject_of(1), recorded_on=DAY),
    a_receipt(subject=subject_of(2)),
    a_cancellation(a_case(), subject=subject_of(2), sequence=2),
    a_return(subject=subject_of(3)),
    a_return(
        DeclaredFigure(indicator="budget.revenue_actual", amount=9),
        subject=subject_of(3),
        sequence=2,
    ),
)


async def test_what_is_folded_of_the_unit_is_in_the_next_answer(desk: Desk) -> None:
    seen = set()
    for change in CHANGES:
        await desk.fold(change)
        answer = await desk.ask()
        assert answer == await desk.ask(Answers(Standing(desk.pool), PLANS)), change.type
        seen.add(answer.body)
    # A case that was cancelled leaves the report as it was before it.
    assert len(seen) == len(CHANGES) - 1


async def test_a_report_is_drawn_once_while_only_other_units_have_news(desk: Desk) -> None:
    await desk.fold(*CHANGES)
    before = answered()
    first = await desk.ask()
    await desk.fold(a_receipt(a_case(unit=OTHER), subject=subject_of(9)))
    second = await desk.ask()
    assert desk.drawn == 1
    after = answered()
    assert [later - one for one, later in zip(before, after, strict=True)] == [1, 1]
    assert second.body == first.body
    assert second.folded != first.folded, "told as far as it is folded now"


async def test_tallies_that_were_joined_are_the_same(desk: Desk) -> None:
    for change in CHANGES:
        await desk.fold(change)
    first = await desk.ask()
    assert await join_parts(desk.tables, 1) == 1
    assert (await desk.ask()).body == first.body
    assert (await desk.ask(Answers(Standing(desk.pool), PLANS))).body == first.body


async def test_what_was_cancelled_leaves_a_zero_and_nothing_missing_when_parts_are_joined(
    desk: Desk,
) -> None:
    """A department that told of a case alone, and took it back, is seen to have told."""
    await desk.fold(a_receipt(subject=subject_of(2)))
    await desk.fold(a_cancellation(a_case(), subject=subject_of(2), sequence=2))
    first = await desk.ask()
    assert await join_parts(desk.tables, 1) == 1
    assert (await desk.ask(Answers(Standing(desk.pool), PLANS))).body == first.body


async def test_a_letter_that_is_folded_after_all_is_in_the_next_answer(desk: Desk) -> None:
    """It lies below the positions, which stay."""
    await desk.fold(*CHANGES)
    record = a_record(a_receipt(subject=subject_of(9)), 0)
    async with desk.tables.acquire() as conn:
        await keep_dead_letters(conn, [(record, Undecodable("invalid", "a release ago"))])
    before = await desk.ask()
    [replayed] = [one async for one in replay(desk.tables, Chosen(), "Tám")]
    after = await desk.ask()

    assert (replayed.new, after.folded) == (1, before.folded)
    assert after.body != before.body
    assert after == await desk.ask(Answers(Standing(desk.pool), PLANS))


async def test_other_parts_are_read_though_they_are_as_many(desk: Desk) -> None:
    for number in (1, 2):
        await desk.fold(a_receipt(subject=subject_of(number)))
    await desk.ask()
    await join_parts(desk.tables, 1)
    await desk.fold(a_receipt(subject=subject_of(3)))

    assert await desk.ask() == await desk.ask(Answers(Standing(desk.pool), PLANS))


async def test_what_was_folded_anew_is_read_again(desk: Desk) -> None:
    """Even where as many statements are there as before, and no tallies."""
    returns = CHANGES[-2:]
    await desk.fold(*returns)
    await desk.ask()
    new = await projection.begin(desk.pool)
    old, desk.tables, desk.sent = desk.tables, await _open(new, desk.database), {}
    await old.close()
    await desk.fold(*returns)
    await projection.switch(desk.pool, new)
    await desk.ask()
    assert desk.drawn == 2


async def test_no_more_is_kept_than_there_is_room_for(desk: Desk) -> None:
    small = Answers(Standing(desk.pool), PLANS, kept_bytes=1000)
    await desk.fold(*CHANGES)
    assert (await desk.ask(small)).body == (await desk.ask(small)).body
    assert desk.drawn == 2


async def test_broken_checks_of_reports_that_are_drawn_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each drawing, not for an answer that is given again."""
    withdrawn = {**SOUND, "registry.applications_withdrawn": 0}
    report = build(PLANS[TERM], HEADING, FixedFigures(withdrawn))
    broken = [one for one in report.checks if one.verdict is Verdict.BROKEN]
    monkeypatch.setattr("services.reporting.answers.drawn", lambda *_: report)

    def counted() -> float:
        severities = {one.severity for one in broken}
        name = "wardbook_broken_checks_total"
        return sum(REGISTRY.get_sample_value(name, {"severity": one}) or 0 for one in severities)

    before = counted()
    await desk.ask()
    await desk.ask()
    assert counted() - before == len(broken) > 0
