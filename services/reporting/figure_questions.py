"""Figures of many units: each by itself, or all of them together; kept while nothing moves them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from cachetools import LRUCache

from services.reporting.calculating import as_figure
from services.reporting.counted import Counted, is_counted
from services.reporting.drawing import members
from services.reporting.figure import Absence, Figure, Found, Period
from services.reporting.figures import TallyFigures, chosen_of, span_chosen
from services.reporting.positions import Positions
from services.reporting.report import ReportHeading
from services.reporting.rolled import RolledFigures, part
from services.reporting.standing import Standing, Together, Unmoved
from services.reporting.tally_reader import Tallies
from shared.indicators import Selection
from shared.record import record

_KEPT = 100_000
"""Figures of units together, at some 500 bytes."""


@record()
class Ask:
    """What is asked of a unit: an indicator narrowed to dimensions, of a period."""

    indicator: str
    dimensions: tuple[tuple[str, str], ...]
    period: Period


@record(kw_only=True)
class Told:
    """A figure of a unit or of several: then `lacking` counts those of which it is missing."""

    unit: str
    figure: Figure
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Figures of one moment; `version` is another where one of them may be."""

    told: Sequence[Told]
    folded: Positions
    version: str


class FigureQuestions:
    """Answers questions for figures for as long as the service runs."""

    def __init__(self, standing: Standing) -> None:
        """Work them out by `standing`."""
        self._standing = standing
        self._together = LRUCache[object, Answer](_KEPT, getsizeof=lambda one: len(one.told))

    async def of_each(self, units: Sequence[str], asks: Sequence[Ask], as_of: date) -> Answer:
        """Return every figure of each unit, unit by unit, as recorded up to a day."""

        def work_out(tallies: Mapping[str, Tallies]) -> Mapping[str, Sequence[Figure]]:
            return _of_each(tallies, asks)

        each = await self._standing.each(units, as_of, tuple(asks), work_out)
        told = [Told(unit=unit, figure=one) for unit, figures in each.of.items() for one in figures]
        return Answer(told, each.folded, each.version)

    async def of_all(self, about: ReportHeading, asks: Sequence[Ask]) -> Answer:
        """Return every figure of all that a report on `about` adds up."""
        asked = about, tuple(asks)
        kept = self._together.get(asked)
        found = await self._standing.together(
            partial(members, about), about.as_of, kept.version if kept else ""
        )
        if isinstance(found, Unmoved):
            assert kept is not None
            return replace(kept, folded=found.folded)
        told = await asyncio.to_thread(lambda: list(_rolled(about.unit_id, asks, found)))
        answer = Answer(told, found.folded, found.version)
        self._together[asked] = answer
        return answer


def _of_each(tallies: Mapping[str, Tallies], asks: Sequence[Ask]) -> Mapping[str, Sequence[Figure]]:
    """Return the figures of each unit, in the order in which they are asked for."""
    counted = Counted([one.sums for one in tallies.values()])
    of_period: dict[Period, Sequence[TallyFigures]] = {}
    columns: list[Sequence[Figure]] = []
    for ask in asks:
        chosen = chosen_of(ask.indicator, ask.dimensions)
        if is_counted(chosen):
            columns.append(list(_counted(counted, chosen, ask)))
            continue
        if ask.period not in of_period:
            of_period[ask.period] = [TallyFigures(ask.period, one) for one in tallies.values()]
        columns.append([_figure(one, ask) for one in of_period[ask.period]])
    return dict(zip(tallies, zip(*columns, strict=True), strict=True))


def _counted(counted: Counted, chosen: Selection, ask: Ask) -> Iterator[Figure]:
    amounts, has_told = counted.of_each(chosen, ask.period)
    span = span_chosen(chosen, ask.period)
    for amount, is_told in zip(amounts.tolist(), has_told.tolist(), strict=True):
        found = Found(amount if is_told else Absence.MISSING, span)
        yield as_figure(ask.indicator, dict(ask.dimensions), chosen.indicator, found)


def _figure(figures: TallyFigures | RolledFigures, ask: Ask) -> Figure:
    return figures.figure(ask.indicator, dict(ask.dimensions), ask.period)


def _rolled(holder: str, asks: Sequence[Ask], found: Together) -> Iterator[Told]:
    by_period: dict[Period, RolledFigures] = {}
    for ask in asks:
        if ask.period not in by_period:
            parts = [part(one, ask.period, found.tallies[one.unit]) for one in found.members]
            by_period[ask.period] = RolledFigures(ask.period, parts, found.counted, holder)
        rolled = by_period[ask.period]
        lacking = len(rolled.lacking(ask.indicator, dict(ask.dimensions)))
        yield Told(unit=holder, figure=_figure(rolled, ask), lacking=lacking)
