"""What a report for the public leaves out: its figures, and what readers know to hold among them.

suppression.py decides; here is what it is asked. The catalogue says which indicators are sensitive.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm

from services.reporting.figure import Absence, Figure, Figures, Period
from services.reporting.report.keys import figure_key, read_key
from services.reporting.report.linear import NotLinear, linear
from services.reporting.report.loading import Plan
from services.reporting.report.model import FigureEntry
from services.reporting.report.outline import Outline, TableOutline
from services.reporting.report.suppression import suppress
from shared.indicators import CATALOGUE, INDICATORS
from shared.slots import FigureSlot

type Equation = Mapping[str, int]
"""Figures, each times its number, that add up to nothing."""


type Value = int | Decimal | str | None
type Names = Mapping[str, bool]
"""Whether a figure of some days is told, by the one name that it has however a slot comes to it."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Figures of which some are not told: those that were weighed and found to give a count away.

    What was not weighed (the months of a chart) is told where no sensitive indicator is in it.
    """

    source: Figures
    period: Period
    weighed: Mapping[Period | None, Names]

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return a figure; see Figures."""
        told = self.source.figure(indicator, dimensions, period)
        name = _name(FigureSlot(indicator, dimensions))
        weighed = self.weighed.get(None if period == self.period else period, {})
        is_told = weighed.get(name, not _is_of_sensitive(name))
        if told.absence is not None or is_told:
            return told
        absence = Absence.SUPPRESSED
        return replace(told, value=None, upper=None, qualifier=None, absence=absence)

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension; see Figures."""
        return self.source.values(indicator, dimension)


def without_small_counts(
    source: Figures, period: Period, printed: Mapping[str, FigureEntry], plan: Plan
) -> Hidden:
    """Return the figures that a report for the public tells; `printed` is all that it would tell.

    Left out are the small counts of sensitive indicators, and what would give one of them away: by
    the sums that checks, breakdowns and formulas state, alone or together, and by rates. Of other
    days than the report's, no count of theirs is told: the next report's less this one's is small.
    """
    spans = dict[Period | None, dict[str, Value]]()
    for key, one in printed.items():
        if not one.parts:
            slot, span = read_key(key)
            spans.setdefault(None if span == period else span, {})[_name(slot)] = one.value
    weighed = dict[Period | None, Names]()
    for span, told in spans.items():
        below = plan.outline.public.below if span is None else None
        weighed[span] = _weighed(told, _behind(source, span, told.keys()), plan, below)
    return Hidden(source, period, weighed)


def _behind(source: Figures, span: Period | None, told: AbstractSet[str]) -> Mapping[str, Value]:
    """Return what is calculated with and not printed: readers may calculate it back."""
    found, waiting = dict[str, Value](), list(told)
    while waiting:
        for name in _operands(waiting.pop()) - told - found.keys():
            slot = _slot(name)
            found[name] = source.figure(slot.indicator, slot.dimensions, span).value
            waiting.append(name)
    return found


def _weighed(
    told: Mapping[str, Value], behind: Mapping[str, Value], plan: Plan, below: int | None
) -> Names:
    """Return which of the figures of one span of days are told; `below` None: no sensitive one."""
    counts = {name: value for name, value in told.items() if isinstance(value, int)}
    small = {
        name: value
        for name, value in {**behind, **counts}.items()
        if isinstance(value, int) and 0 < value < (below or value + 1) and _is_sensitive(name)
    }
    names = told.keys() | behind.keys()
    equations = [*_of_checks(plan, counts.keys()), *_of_formulas(names), *_of_breakdowns(counts)]
    unknown = dict.fromkeys((name for equation in equations for name in equation), None)
    out = suppress(unknown | small | counts, equations, small.keys())
    out |= _rates_of(out, names)
    return {name: name not in out for name in told}


def _name(slot: FigureSlot) -> str:
    """Return one name for a figure however a slot comes to it: that to which a split leads."""
    chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
    span = {name: str(value) for name, value in chosen.span.items()}
    return figure_key(chosen.indicator.id, {**chosen.narrowing, **span})


def _slot(name: str) -> FigureSlot:
    return read_key(name)[0]


def _is_sensitive(name: str) -> bool:
    return INDICATORS[_slot(name).indicator].sensitive


def _is_of_sensitive(name: str) -> bool:
    """Say whether a figure is sensitive, or calculated from one that is."""
    return _is_sensitive(name) or any(map(_is_of_sensitive, _operands(name)))


def _of_checks(plan: Plan, counts: AbstractSet[str]) -> Iterator[Equation]:
    """Yield the sums that checks state, for all and for each row of a table."""
    narrowings = list(_narrowings(plan.outline))
    for check in plan.checks:
        if check.relation != "=" or check.right is None or check.each is not None:
            continue
        for narrowing in narrowings:
            try:
                left = linear(check.left.narrowed(narrowing), _name)
                right = linear(check.right.narrowed(narrowing), _name)
            except (NotLinear, ValueError):
                # It is no sum, or one of its figures has no such dimension.
                continue
            if counts >= left.keys() | right.keys():
                yield _equation(left, right)


def _narrowings(outline: Outline) -> Iterator[Mapping[str, str]]:
    yield {}
    for part in outline.parts:
        for block in (*part.blocks, *(one for section in part.sections for one in section.blocks)):
            if isinstance(block, TableOutline):
                yield from (row.dimensions for row in block.rows if row.dimensions)


def _of_formulas(told: Iterable[str]) -> Iterator[Equation]:
    """Yield the sums that figures are by their formulas."""
    for name in told:
        slot = _slot(name)
        chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
        if chosen.indicator.formula is not None:
            try:
                parts = linear(CATALOGUE.formula_of(chosen), _name)
            except NotLinear:
                continue
            yield _equation({name: Fraction(1)}, parts)


def _of_breakdowns(counts: Mapping[str, int]) -> Iterator[Equation]:
    """Yield what is told of all and of parts by one dimension, where the parts are the whole."""
    parts = dict[tuple[str, str], list[str]]()
    for name in counts:
        slot = _slot(name)
        for dimension in slot.dimensions:
            rest = {one: told for one, told in slot.dimensions.items() if one != dimension}
            parts.setdefault((figure_key(slot.indicator, rest), dimension), []).append(name)
    for (whole, _), names in parts.items():
        if sum(counts[name] for name in names) == counts.get(whole):
            yield {whole: -1, **dict.fromkeys(names, 1)}


def _equation(left: Mapping[str, Fraction], right: Mapping[str, Fraction]) -> Equation:
    names = left.keys() | right.keys()
    factors = {name: left.get(name, Fraction()) - right.get(name, Fraction()) for name in names}
    whole = lcm(*(factor.denominator for factor in factors.values()))
    return {name: int(factor * whole) for name, factor in factors.items()}


def _rates_of(out: AbstractSet[str], told: AbstractSet[str]) -> AbstractSet[str]:
    """Return the figures that are calculated from ones that are left out."""
    found = set[str]()
    while True:
        more = {name for name in told - out - found if _operands(name) & (out | found)}
        if not more:
            return found
        found |= more


def _operands(name: str) -> AbstractSet[str]:
    slot = _slot(name)
    chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
    if chosen.indicator.formula is None:
        return frozenset()
    return {_name(one) for one in CATALOGUE.formula_of(chosen).operands}
