"""What became of a unit, told to returns over HTTP, folded by reporting; a real PostgreSQL."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiokafka import TopicPartition

from deploy.bench.rig import PLACES
from services.reporting import positions, projection
from services.reporting.answers import Answers
from services.reporting.app import MIGRATIONS
from services.reporting.drawing import heading
from services.reporting.figure import Period
from services.reporting.figure_questions import Answer, Ask, FigureQuestions
from services.reporting.fold import Folder
from services.reporting.issuing.commands import DrawReport
from services.reporting.issuing.corrected import corrected
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.kept import KeptFigure
from services.reporting.issuing.office import Office as IssuingOffice
from services.reporting.issuing.restatement import Restated, Restatement
from services.reporting.known_lineage import read_lineage
from services.reporting.report import TERM, Borders, Form, ReportHeading, load
from services.reporting.report.forms import to_json
from services.reporting.standing import Standing
from shared import units, ways
from shared.database import Pool, migrate
from shared.events.envelope import Event
from shared.events.lineage import LineageCorrected, LineageData, Share, Way, lineage_id
from shared.lineage import Lineage
from shared.people import Role
from shared.topics import partition_of, topic_of
from shared.ways import heirs
from tests.support.builders import (
    a_case,
    a_lineage,
    a_receipt,
    a_record,
    an_event,
    recorded,
    subject_of,
)
from tests.support.forms_of_reports import FORMS
from tests.support.office import Office, a_database_of_offices, an_office
from tests.support.people import a_person, entry, token_of
from tests.support.servers import open_pool

OLD, HEIR, OTHER = "2004-10528", "2025-10532", "2025-10537"
SIBLING = "2004-10531"
PROVINCE, DISTRICT = "2025-31", "2004-288"
TOLD: Mapping[str, Any] = {
    "unit": OLD,
    "ways": [
        {"new": HEIR, "share": "part", "weight": "2/3"},
        {"new": OTHER, "share": "part", "weight": "1/3"},
    ],
    "legal_basis": "Nghị quyết 1669/NQ-UBTVQH15",
    "reason": "Theo số liệu dân cư khi bàn giao",
}
HALF = {"new": HEIR, "share": "part", "weight": "1/2"}


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    """Returns, asked by approvers of a province and a district, of another one, and of wards."""
    approvers = {"province": PROVINCE, "district": DISTRICT, "elsewhere": "2025-01", "ward": OLD}
    people = "\n".join(entry(name, unit, Role.APPROVER) for name, unit in approvers.items())
    people += "\n" + entry("auditor", PROVINCE, Role.AUDITOR)
    async with a_database_of_offices(database) as pool, an_office(pool, people=people) as opened:
        yield opened


async def tell(office: Office, by: str, key: str | None = None, **changes: Any) -> httpx.Response:
    body, bearer = {**TOLD, **changes}, f"Bearer {token_of(by)}"
    return await office.post(body, path="/lineage", key=key, authorization=bearer)


def rule(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_an_office_above_the_unit_tells_what_became_of_it(office: Office) -> None:
    first = await tell(office, "province")
    assert first.status_code == 200, first.text
    told = first.json()
    assert told["sequence"] == 1
    assert [one["weight"] for one in told["lineage"]["ways"]] == ["2/3", "1/3"]
    all_to_one = [{"new": HEIR, "share": "whole"}, {"new": OTHER, "share": "land"}]
    second = await tell(office, "district", ways=all_to_one)
    assert (second.json()["id"], second.json()["sequence"]) == (told["id"], 2)
    rows = await office.pool.fetch("SELECT value FROM outbox ORDER BY position")
    events = [json.loads(row["value"]) for row in rows]
    assert [(one["type"], one["subject"], one["sequence"]) for one in events] == [
        ("returns.lineage.corrected", told["id"], "00000001"),
        ("returns.lineage.corrected", told["id"], "00000002"),
    ]
    headers = {"authorization": f"Bearer {token_of('auditor')}"}
    history = await office.client.get(f"/lineage/{told['id']}/history", headers=headers)
    assert [one["actor"] for one in history.json()["steps"]] == ["province", "district"]


async def test_the_same_under_one_key_is_told_once(office: Office) -> None:
    first, again = [await tell(office, "province", key="k") for _ in range(2)]
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert rule(await tell(office, "province", key="k", reason="Khác")) == (422, "key_reused")
    assert rule(await tell(office, "province")) == (422, "nothing_changes")
    assert await office.pool.fetchval("SELECT count(*) FROM outbox") == 1


@pytest.mark.parametrize(
    ("by", "changes", "expected"),
    [
        ("ward", {}, (403, "not_from_above")),
        ("elsewhere", {}, (403, "other_unit")),
        ("auditor", {}, (403, "role_needed")),
        ("province", {"unit": "2004-99999"}, (422, "unknown_unit")),
        ("province", {"ways": [{"new": HEIR, "share": "whole"}]}, (422, "ways_missing")),
        (
            "province",
            {"ways": [{"new": HEIR, "share": "part", "weight": "x"}]},
            (422, "not_a_weight"),
        ),
        ("province", {"colour": "red"}, (422, "extra_forbidden")),
    ],
)
async def test_what_is_refused_has_changed_nothing(
    office: Office, by: str, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert rule(await tell(office, by, **changes)) == expected
    assert await office.pool.fetchval("SELECT count(*) FROM outbox") == 0


ALL_OF = Period(start=date(2025, 1, 1), end=date(2025, 12, 31))
TODAY = date(2026, 3, 31)
KNOWN = date(2026, 3, 2)
"""The day on which it became known what of the ward went where."""
RECEIVED = "registry.applications_received"
ASK = Ask(RECEIVED, (), ALL_OF)
AFTER: Mapping[str, Any] = {"received_on": date(2025, 8, 4), "due_on": date(2025, 8, 5)}
PLANS = {TERM: load(TERM)}


@dataclass
class Desk:
    """Folds events one by one, and answers as reporting does."""

    pool: Pool
    tables: Pool
    answers: Answers
    questions: FigureQuestions
    sent: dict[TopicPartition, int] = field(default_factory=dict)

    async def fold(self, *events: Event) -> None:
        """Fold them in one batch, as each topic's next records."""
        records = []
        for one in events:
            topic = topic_of(one.source.rpartition("/")[2])
            here = TopicPartition(topic, partition_of(str(one.subject).encode()))
            place = self.sent[here] = self.sent.get(here, -1) + 1
            records.append(a_record(one, place, topic=topic, partition=here.partition))
        await Folder(self.tables, 1).fold(records)

    async def report(self, about: ReportHeading) -> bytes:
        """Return the report, which may have been kept."""
        return (await self.answers.answer(TERM, about, Form("", "json", to_json))).body

    async def figure(self, about: ReportHeading) -> Answer:
        """Return what was received."""
        return await self.questions.of_all(about, [ASK])


@pytest.fixture
async def desk(database: str) -> AsyncIterator[Desk]:
    async with open_pool(database, 3) as pool:
        await migrate(pool, [MIGRATIONS])
        tables = await (await projection.live(pool)).open(database, 2)
        await positions.seed(tables, dict.fromkeys(PLACES, 0))
        standing = Standing(pool)
        questions = FigureQuestions(standing)
        yield Desk(pool, tables, Answers(standing, PLANS), questions)
        await tables.close()


def about(unit: str, borders: Borders, as_of: date = TODAY) -> ReportHeading:
    return heading(unit, ALL_OF, as_of, TODAY, borders=borders)


BEFORE: Mapping[str, Any] = {"received_on": date(2025, 5, 6), "due_on": date(2025, 5, 7)}
CASES = [
    *(a_receipt(a_case(unit=OLD, **BEFORE), subject=subject_of(n)) for n in range(3)),
    *(a_receipt(a_case(unit=HEIR, **AFTER), subject=subject_of(10 + n)) for n in range(4)),
]
"""Three of the ward before the reform, four of what it went into, after it."""
CORRECTION = a_lineage(recorded_on=KNOWN)
HELD: Sequence[tuple[ReportHeading, Fraction, Fraction]] = (
    (about(HEIR, Borders.TODAY), 4 + 3 * Fraction(1, 2), 4 + 3 * Fraction(2, 3)),
    (about(OTHER, Borders.TODAY), 3 * Fraction(1, 2), 3 * Fraction(1, 3)),
    (about(SIBLING, Borders.THEN), 4 / Fraction(7, 2), 4 / Fraction(11, 3)),
    (about(PROVINCE, Borders.TODAY), Fraction(7), Fraction(7)),
)
"""What was received by whom, as it is estimated and as it is known. The sibling went whole into
the heir: of what that counts it is one part of three and of what came of the ward."""


def value(answer: Answer) -> Decimal:
    [told] = answer.told
    return Decimal(str(told.figure.value))


def rounded(exact: Fraction) -> Decimal:
    return round(Decimal(exact.numerator) / exact.denominator, 2)


@pytest.mark.parametrize(("head", "estimated", "known"), HELD)
async def test_a_share_moves_from_the_estimate_to_what_was_told_and_nothing_kept_survives_it(
    desk: Desk, head: ReportHeading, estimated: Fraction, known: Fraction
) -> None:
    """Though in the borders of then no row of the units that are added up is another one."""
    before = head.model_copy(update={"as_of": KNOWN - timedelta(days=1)})
    await desk.fold(*CASES)
    reports = [await desk.report(one) for one in (head, before)]
    figures = [await desk.figure(one) for one in (head, before)]
    assert [value(one) for one in figures] == [rounded(estimated)] * 2
    await desk.fold(CORRECTION)
    moved, as_it_was = [await desk.report(one) for one in (head, before)]
    now, then = [await desk.figure(one) for one in (head, before)]
    assert (value(now), value(then)) == (rounded(known), rounded(estimated))
    assert (as_it_was, then.told) == (reports[1], figures[1].told)
    assert (moved != reports[0]) is (known != estimated)
    assert now.version != figures[0].version
    fresh = Answers(Standing(desk.pool), PLANS)
    assert (await fresh.answer(TERM, head, Form("", "json", to_json))).body == moved


async def test_a_correction_that_comes_again_or_late_changes_nothing_that_a_later_one_says(
    desk: Desk,
) -> None:
    head = about(HEIR, Borders.TODAY)
    later = a_lineage(Fraction(1, 3), sequence=2, recorded_on=KNOWN)
    await desk.fold(*CASES, later)
    told = value(await desk.figure(head))
    assert told == 5
    await desk.fold(CORRECTION, later, CORRECTION)
    await desk.fold(CORRECTION)
    assert value(await desk.figure(head)) == told
    assert await desk.tables.fetchval("SELECT count(*) FROM statements") == 2


async def test_a_correction_is_no_number_that_the_unit_told(desk: Desk) -> None:
    await desk.fold(CORRECTION)
    report = json.loads(await desk.report(about(OLD, Borders.OWN)))
    assert report["figures"][RECEIVED]["absence"] == "missing"


async def test_the_lineage_is_worked_out_anew_only_where_a_correction_was_added(desk: Desk) -> None:
    async def read() -> Lineage:
        async with projection.snapshot(desk.pool) as conn:
            return await read_lineage(conn)

    first = await read()
    await desk.fold(*CASES)
    assert await read() is first
    await desk.fold(CORRECTION)
    second = await read()
    assert second is not first
    assert {one.legal_basis for one in second.edges_from(OLD, TODAY)} == {
        "Nghị quyết 1669/NQ-UBTVQH15"
    }


ELSEWHERE = next(one for one in units.under("2004-01") if len(heirs(one)) > 1)


@dataclass
class Issued:
    """A report of a unit of today as it is drafted, and what became of it since."""

    drafts: Drafts
    document: UUID

    async def restated(self, as_of: date = TODAY) -> Restatement:
        """Return what it would say otherwise."""
        return await self.drafts.restatement(self.document, [HEIR], as_of, TODAY)

    async def received(self) -> Restated:
        """Return what became of the number of cases received."""
        [found] = [one for one in (await self.restated()).restated if one.figure == RECEIVED]
        return found


async def drawn(desk: Desk) -> Issued:
    drafts, office = Drafts(desk.pool, PLANS), IssuingOffice(desk.pool, FORMS)
    drafter = a_person(Role.DRAFTER, unit=HEIR)
    order = {"kind": "report", "unit": HEIR, "from": ALL_OF.start, "to": ALL_OF.end}
    content = await drafts.content(
        DrawReport.model_validate(order | {"borders": "today"}), drafter, recorded(KNOWN)
    )
    return Issued(drafts, (await office.add(content, drafter, recorded(KNOWN))).id)


async def test_a_restatement_names_the_correction_behind_each_figure_that_it_moved(
    desk: Desk,
) -> None:
    """And no other one: that of a ward which is of something else."""
    await desk.fold(*CASES)
    issued = await drawn(desk)
    await desk.fold(CORRECTION, elsewhere())
    received = await issued.received()
    assert received.old is not None
    assert (received.old.value, received.new.value) == ("5.50", 6)
    assert received.events == (CORRECTION.id,)
    assert (await issued.restated(KNOWN)).restated != ()
    assert (await issued.restated(KNOWN - timedelta(days=1))).restated == ()


async def test_a_restatement_names_what_moved_a_figure_though_the_next_one_tells_it_again(
    desk: Desk,
) -> None:
    """The second version puts the text right that says so, and moves nothing."""
    await desk.fold(*CASES)
    issued = await drawn(desk)
    other_text = CORRECTION.data.lineage.model_copy(update={"legal_basis": "Nghị quyết 1"})
    again = CORRECTION.model_copy(update={"data": LineageData(lineage=other_text), "sequence": 2})
    await desk.fold(CORRECTION, again)
    assert (await issued.received()).events == (CORRECTION.id,)
    third = a_lineage(Fraction(1, 3), sequence=3, recorded_on=TODAY)
    await desk.fold(third)
    assert (await issued.received()).events == (CORRECTION.id, third.id)


@pytest.mark.parametrize(("head", "estimated", "known"), HELD)
async def test_a_correction_is_named_to_all_whose_figures_it_moved(
    desk: Desk, head: ReportHeading, estimated: Fraction, known: Fraction
) -> None:
    await desk.fold(*CASES)
    async with projection.snapshot(desk.pool) as conn:
        since = await positions.read(conn)
    await desk.fold(elsewhere(), CORRECTION)
    figure = KeptFigure(value=None, absence=None, display="", label="", unit_of_measure="")
    found = await corrected(desk.pool, {RECEIVED: figure}, head, since, KNOWN)
    assert found == ({RECEIVED: (CORRECTION.id,)} if estimated != known else {})


async def test_a_restatement_leaves_the_lineage_that_is_kept_however_many_corrections_there_are(
    desk: Desk,
) -> None:
    split = [one for one in units.under("2004-01") if len(heirs(one)) > 1][:12]
    await desk.fold(*CASES)
    issued = await drawn(desk)
    await desk.fold(*map(elsewhere, split), CORRECTION)
    async with projection.snapshot(desk.pool) as conn:
        lineage = await read_lineage(conn)

    assert (await issued.received()).events == (CORRECTION.id,)
    async with projection.snapshot(desk.pool) as conn:
        assert await read_lineage(conn) is lineage


def elsewhere(unit: str = ELSEWHERE) -> Event:
    """Return the correction of a unit of another province."""
    first, *others = heirs(unit)
    parts = [Way(new=first, share=Share.WHOLE)]
    parts += [Way(new=one, share=Share.LAND) for one in others]
    data = LineageData(lineage=ways.told(unit, parts, "Nghị quyết 1656/NQ-UBTVQH15"))
    return an_event(
        LineageCorrected,
        data,
        subject=lineage_id(unit),
        source="/wardbook/returns",
        recorded_on=KNOWN,
    )
