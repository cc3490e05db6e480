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
from services.reporting.standing import Each, Standing, Together, Unmoved
from services.reporting.tally_reader import Tallies
from shared.indicators import CATALOGUE, Selection
from shared.record import record

_KEPT = 4_096
"""Answers of units together."""
_KEPT_FIGURES = 100_000
"""Figures of units each, at some 500 bytes."""


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
        self._each = LRUCache[object, Answer](_KEPT_FIGURES, getsizeof=lambda one: len(one.told))
        self._together = LRUCache[object, Answer](_KEPT)

    async def of_each(self, units: Sequence[str], asks: Sequence[Ask], as_of: date) -> Answer:
        """Return every figure of each unit, unit by unit, as recorded up to a day."""
        asked = tuple(units), tuple(asks), as_of
        each = await self._leaves(units, tuple(asks), as_of)
        kept = self._each.get(asked)
        if kept is not None and kept.version == each.version:
            return replace(kept, folded=each.folded)
        told = [
            Told(unit=unit, figure=_figure(Leaves(leaves), ask))
            for unit, leaves in each.of.items()
            for ask in asks
        ]
        self._each[asked] = answer = Answer(told, each.folded, each.version)
        return answer

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

    async def _leaves(
        self, units: Sequence[str], asks: tuple[Ask, ...], as_of: date
    ) -> "Each[Mapping[Ask, Figure]]":
        leaves = tuple(dict.fromkeys(leaf for ask in asks for leaf in _leaves_of(ask)))

        def work_out(tallies: Mapping[str, Tallies]) -> Mapping[str, Mapping[Ask, Figure]]:
            counted = Counted([one.sums for one in tallies.values()])
            found: dict[str, dict[Ask, Figure]] = {unit: {} for unit in tallies}
            for leaf in leaves:
                chosen = chosen_of(leaf.indicator, leaf.dimensions)
                figures = (
                    _counted(counted, chosen, leaf)
                    if is_counted(chosen)
                    else (_figure(TallyFigures(leaf.period, one), leaf) for one in tallies.values())
                )
                for own, figure in zip(found.values(), figures, strict=True):
                    own[leaf] = figure
            return found

        return await self._standing.each(units, as_of, leaves, work_out)


def _counted(counted: Counted, chosen: Selection, ask: Ask) -> Iterator[Figure]:
    amounts, has_told = counted.of_each(chosen, ask.period)
    span = span_chosen(chosen, ask.period)
    for amount, is_told in zip(amounts.tolist(), has_told.tolist(), strict=True):
        found = Found(amount if is_told else Absence.MISSING, span)
        yield as_figure(ask.indicator, dict(ask.dimensions), chosen.indicator, found)


class Leaves:
    """Figures that were worked out before, and what is calculated from them: as in figure.py."""

    def __init__(self, known: Mapping[Ask, Figure]) -> None:
        """Take the figures that nothing is calculated of."""
        self._known = known

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return a known figure, or one calculated from known ones."""
        assert period is not None
        return self._known[Ask(indicator, tuple(dimensions.items()), period)]

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return none: what was asked for is named."""
        del indicator, dimension
        return []


def _figure(figures: TallyFigures | RolledFigures | Leaves, ask: Ask) -> Figure:
    return figures.figure(ask.indicator, dict(ask.dimensions), ask.period)


def _leaves_of(ask: Ask) -> Iterator[Ask]:
    """Yield a figure, and those that it is calculated from: together these are added up."""
    yield ask
    chosen = chosen_of(ask.indicator, ask.dimensions)
    if chosen.indicator.formula is not None:
        for one in CATALOGUE.formula_of(chosen).operands:
            yield from _leaves_of(Ask(one.indicator, tuple(one.dimensions.items()), ask.period))


def _rolled(holder: str, asks: Sequence[Ask], found: Together) -> Iterator[Told]:
    by_period: dict[Period, RolledFigures] = {}
    for ask in asks:
        if ask.period not in by_period:
            parts = [part(one, ask.period, found.tallies[one.unit]) for one in found.members]
            by_period[ask.period] = RolledFigures(ask.period, parts, found.counted, holder)
        rolled = by_period[ask.period]
        lacking = len(rolled.lacking(ask.indicator, dict(ask.dimensions)))
        yield Told(unit=holder, figure=_figure(rolled, ask), lacking=lacking)
