"""Figures of many units: each by itself, or all of them together; kept while nothing moves them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cachetools import LRUCache

from services.reporting.figure import Figure, Period
from services.reporting.figures import TallyFigures, chosen_of
from services.reporting.positions import Positions
from services.reporting.rolled import Part, RolledFigures
from services.reporting.standing import Each, Standing
from services.reporting.tally_reader import Tallies
from shared.indicators import CATALOGUE
from shared.lineage import Lineage, Member
from shared.record import record

_KEPT = 4_096


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
        self._together = LRUCache[object, Sequence[Told]](_KEPT)

    async def of_each(self, units: Sequence[str], asks: Sequence[Ask], as_of: date) -> Answer:
        """Return every figure of each unit, unit by unit, as recorded up to a day."""
        each = await self._leaves(units, tuple(asks), as_of)
        told = [
            Told(unit=unit, figure=_figure(Leaves(leaves), ask))
            for unit, leaves in each.of.items()
            for ask in asks
        ]
        return Answer(told, each.folded, each.version)

    async def of_all(
        self,
        holder: str,
        members: Callable[[Lineage], Sequence[Member]],
        asks: Sequence[Ask],
        as_of: date,
    ) -> Answer:
        """Return every figure of the members together, which are those of a holder.

        A correction of the lineage that is folded meanwhile is in the figures and in the members.
        """
        mine: Sequence[Member] | None = None
        lineage = self._standing.lineage
        while mine != (now := members(lineage)):
            mine = now
            each = await self._leaves([one.unit for one in mine], tuple(asks), as_of)
            lineage = each.lineage
        asked = each.version, holder, tuple(asks), tuple(mine)
        told = self._together.get(asked)
        if told is None:
            told = list(_rolled(holder, mine, asks, each.of))
            self._together[asked] = told
        return Answer(told, each.folded, each.version)

    async def _leaves(
        self, units: Sequence[str], asks: tuple[Ask, ...], as_of: date
    ) -> "Each[Mapping[Ask, Figure]]":
        leaves = tuple(dict.fromkeys(leaf for ask in asks for leaf in _leaves_of(ask)))

        def work_out(_: str, tallies: Tallies) -> Mapping[Ask, Figure]:
            by_period: dict[Period, TallyFigures] = {}
            found: dict[Ask, Figure] = {}
            for leaf in leaves:
                figures = by_period.get(leaf.period)
                if figures is None:
                    figures = by_period[leaf.period] = TallyFigures(leaf.period, tallies)
                found[leaf] = _figure(figures, leaf)
            return found

        return await self._standing.each(units, as_of, leaves, work_out)


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


def _rolled(
    holder: str,
    members: Sequence[Member],
    asks: Sequence[Ask],
    leaves: Mapping[str, Mapping[Ask, Figure]],
) -> Iterator[Told]:
    parts = [Part(one, Leaves(leaves[one.unit])) for one in members]
    for ask in asks:
        rolled = RolledFigures(ask.period, parts)
        figure = _figure(rolled, ask)
        lacking = len(rolled.lacking(ask.indicator, dict(ask.dimensions)))
        yield Told(unit=holder, figure=figure, lacking=lacking)
