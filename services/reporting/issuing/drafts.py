"""What a document is to hold: drawn from the tallies, or from the document that it concerns."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from services.reporting import positions
from services.reporting.drawing import Drawn, draw, heading, heading_of_kind
from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from services.reporting.issuing import store
from services.reporting.issuing.causes import causes
from services.reporting.issuing.commands import (
    DrawLetter,
    DrawPeriodic,
    DrawReplacement,
    DrawReport,
    Order,
)
from services.reporting.issuing.corrected import corrected
from services.reporting.issuing.kept import KeptReport, kept
from services.reporting.issuing.later import later_events
from services.reporting.issuing.letter import letter
from services.reporting.issuing.model import Act, Action, Document, State, decide
from services.reporting.issuing.restatement import Restatement, changed, restated
from services.reporting.issuing.stamp import notation, reference, replacing
from services.reporting.issuing.store import Content, Held
from services.reporting.report import PERIODIC, TERM, Plan, Report, ReportHeading, to_json
from services.reporting.report.model import CheckResult, Severity, Verdict
from shared.database import Pool
from shared.people import Person
from shared.recorded import Recorded
from shared.refusal import Refused


def blocks(check: CheckResult) -> bool:
    """Say whether a check keeps a report from being signed: it is an error and it is broken."""
    return check.verdict is Verdict.BROKEN and check.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Drafts:
    """Draws the contents of documents by their outlines."""

    pool: Pool
    plans: Mapping[str, Plan]

    async def content(self, order: Order, person: Person, recorded: Recorded) -> Content:
        """Return what is ordered, drawn and frozen; refuses who may not draw it."""
        match order:
            case DrawReport():
                period = Period(start=order.start, end=order.end)
                as_of = order.as_of or recorded.on
                about = heading(order.unit, period, as_of, recorded.on, borders=order.borders)
                return await self._report_on(TERM, about, person, recorded)
            case DrawPeriodic():
                which = (order.period, order.year, order.number)
                as_of = order.as_of or recorded.on
                about = heading_of_kind(order.unit, which, as_of, recorded.on)
                return await self._report_on(PERIODIC, about, person, recorded)
            case DrawReplacement():
                _may_draw(person, person.unit, recorded)
                return await self._replacement(order, person.unit, recorded.on)
            case DrawLetter():
                _may_draw(person, person.unit, recorded)
                held, report, name = await self._in_force(order.corrects, person.unit)
                return _frozen(letter(report, name, order.errors), "{}", concerns=held.id)

    async def anew(
        self, id_: UUID, as_of: date | None, person: Person, recorded: Recorded
    ) -> Content:
        """Return what a report would hold, drawn again on the same as of another day; today."""
        held, report = await self._report(id_, [person.unit])
        if held.concerns is not None:
            order = DrawReplacement(kind="replacement", replaces=held.concerns, as_of=as_of)
            return await self.content(order, person, recorded)
        _may_draw(person, held.document.unit, recorded)
        drawn = await self._again(report, as_of or recorded.on, recorded.on)
        return _frozen(drawn.report, positions.to_json(drawn.folded))

    async def _report_on(
        self, outline: str, about: ReportHeading, person: Person, recorded: Recorded
    ) -> Content:
        _may_draw(person, about.unit_id, recorded)
        drawn = await draw(self.pool, self.plans[outline], about)
        return _frozen(drawn.report, positions.to_json(drawn.folded))

    async def restatement(
        self, id_: UUID, of: Sequence[str], as_of: date | None, today: date
    ) -> Restatement:
        """Return what a document would say otherwise, had it been drawn as of another day."""
        held, report = await self._report(id_, of)
        drawn = await self._again(report, as_of or today, today)
        return await self._compared(held, report, drawn)

    async def _replacement(self, order: DrawReplacement, unit: str, today: date) -> Content:
        held, report, name = await self._in_force(order.replaces, unit)
        if order.as_of is not None and order.as_of < report.about.as_of:
            raise Refused("before_replaced", "as_of", as_of=report.about.as_of)
        drawn = await self._again(report, order.as_of or today, today)
        comparison = await self._compared(held, report, drawn)
        new = replacing(drawn.report, name, comparison.restated)
        return _frozen(new, positions.to_json(drawn.folded), concerns=held.id)

    async def _report(self, id_: UUID, of: Sequence[str]) -> tuple[Held, KeptReport]:
        async with self.pool.acquire() as conn:
            held = await store.find(conn, id_, of)
            if held.kind != "report":
                raise Refused("no_report", "id", status=409)
            return held, kept(await store.model(conn, id_))

    async def _in_force(self, id_: UUID, unit: str) -> tuple[Held, KeptReport, str]:
        """Return an issued report, and how it is named."""
        held, report = await self._report(id_, [unit])
        if held.document.state is not State.ISSUED or held.stamp is None:
            raise Refused("not_issued", "id", status=409, state=held.document.state)
        return held, report, reference(report.title, held.stamp, held.notation)

    async def _again(self, report: KeptReport, as_of: date, today: date) -> Drawn:
        """Draw the report on the same unit and period, as of another day."""
        about = report.about
        again = heading(about.unit_id, about.period, as_of, today, about.name, about.borders)
        return await draw(self.pool, self.plans[report.outline], again)

    async def _compared(self, held: Held, old: KeptReport, drawn: Drawn) -> Restatement:
        new = kept(to_json(drawn.report))
        wanted = changed(old, new)
        since = positions.from_json(held.positions)
        if held.log_lost:  # what was recorded by the day as of which it was drawn was in it
            since = dict.fromkeys(since, positions.BEYOND)
        until = new.about.as_of
        spans = [one.period for one in drawn.report.figures.values()]
        figures = partial(TallyFigures, old.about.period)
        events = await corrected(self.pool, wanted, new.about, since, old.about.as_of)
        for unit, tallies in drawn.tallies.items():
            of_unit = old.about.model_copy(update={"unit_id": unit})
            later = await later_events(self.pool, of_unit, since, until, spans)
            found = await asyncio.to_thread(causes, wanted, later, tallies, figures)
            events |= {key: (*events.get(key, ()), *told) for key, told in found.items()}
        return Restatement(document=held.id, as_of=until, restated=restated(old, new, events))


def _may_draw(person: Person, unit: str, recorded: Recorded) -> None:
    decide(Document(unit=unit), Act(action=Action.DRAW), person, recorded)


def _frozen(report: Report, drawn_from: str, *, concerns: UUID | None = None) -> Content:
    about = report.about
    return Content(
        kind="report" if report.title else "letter",
        unit=about.unit_id,
        concerns=concerns,
        notation=notation(report),
        subject=report.subject,
        starts=about.period.start,
        ends=about.period.end,
        as_of=about.as_of,
        model=to_json(report),
        positions=drawn_from,
        broken=[check.id for check in report.checks if blocks(check)],
    )
