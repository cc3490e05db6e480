"""What a report for the public leaves out: its figures, and what readers know to hold among them.

suppression.py decides; here is what it is asked. The catalogue says which indicators are sensitive.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from services.reporting.figure import Absence, Figure, Figures, Period
from services.reporting.report.linear import NotLinear, linear
from services.reporting.report.loading import Plan
from services.reporting.report.model import FigureEntry, figure_key
from services.reporting.report.outline import Outline, TableOutline
from services.reporting.report.suppression import suppress
from shared.indicators import CATALOGUE, INDICATORS
from shared.slots import FigureSlot

type Equation = Mapping[str, int]
"""Figures, each times its number, that add up to nothing."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Figures of which some are not told. Sensitive ones are told of no other span of days."""

    source: Figures
    names: AbstractSet[str]

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return a figure; see Figures."""
        told = self.source.figure(indicator, dimensions, period)
        name = _name(FigureSlot(indicator, dimensions))
        is_hidden = name in self.names if period is None else _is_sensitive(name)
        if told.absence is not None or not is_hidden:
            return told
        absence = Absence.SUPPRESSED
        return replace(told, value=None, upper=None, qualifier=None, absence=absence)

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension; see Figures."""
        return self.source.values(indicator, dimension)


def hidden(figures: Mapping[str, FigureEntry], plan: Plan) -> AbstractSet[str]:
    """Return the names of the figures that a report for the public does not tell.

    They are the small counts of sensitive indicators, and what would give one of them away: by the
    sums that checks, breakdowns and formulas state, alone or together, and by rates.
    """
    told = {
        _name(FigureSlot(one.indicator, one.dimensions)): one
        for one in figures.values()
        if not one.parts
    }
    counts = {name: one.value for name, one in told.items() if isinstance(one.value, int)}
    equations = [*_of_checks(plan, counts.keys()), *_of_formulas(told), *_of_breakdowns(counts)]
    unknown = dict.fromkeys((name for equation in equations for name in equation), None)
    sensitive = {name for name in counts if _is_sensitive(name)}
    out = suppress(unknown | counts, equations, plan.outline.public.below, sensitive)
    return out | _rates_of(out, told.keys())


def _name(slot: FigureSlot) -> str:
    """Return one name for a figure however a slot comes to it: that to which a split leads."""
    chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
    span = {name: str(value) for name, value in chosen.span.items()}
    return figure_key(chosen.indicator.id, {**chosen.narrowing, **span})


def _slot(name: str) -> FigureSlot:
    indicator, _, narrowing = name.partition("?")
    pairs = (pair.partition("=") for pair in narrowing.split("&") if pair)
    return FigureSlot(indicator, {name: value for name, _, value in pairs})


def _is_sensitive(name: str) -> bool:
    return INDICATORS[name.partition("?")[0]].sensitive


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


def _of_formulas(told: Mapping[str, FigureEntry]) -> Iterator[Equation]:
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
