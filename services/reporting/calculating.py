"""What is calculated from figures: the value of a formula, and what is found as a figure. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from services.reporting.figure import Absence, Figure, Found, Kind, Period
from shared.indicators import CATALOGUE, Selection
from shared.indicators.model import Indicator
from shared.quantity import Qualifier

type FigureOf = Callable[[str, Mapping[str, str], Period], Figure]
"""Returns the figure of an indicator, narrowed, of a period; see Figures in figure.py."""


def calculated(chosen: Selection, period: Period, figure_of: FigureOf) -> Found:
    """Return the result of a formula over figures, of the days of the first of them."""
    formula = CATALOGUE.formula_of(chosen)
    parts = [figure_of(one.indicator, one.dimensions, period) for one in formula.operands]
    found = Found(
        value=next((one.absence for one in parts if one.absence), Absence.NOT_APPLICABLE),
        period=parts[0].period if parts else period,
        sources=tuple(dict.fromkeys(source for one in parts for source in one.sources)),
    )
    if any(one.absence for one in parts):
        return found
    values = iter(parts)
    try:
        result = formula.value(lambda _: _fraction(next(values)))
    except ZeroDivisionError:
        return found
    inexact = any(one.upper is not None or one.qualifier is not None for one in parts)
    return replace(
        found,
        value=rounded(result, chosen.indicator),
        qualifier=Qualifier.ABOUT if inexact else None,
    )


def as_figure(
    indicator: str, dimensions: Mapping[str, str], chosen: Indicator, found: Found
) -> Figure:
    """Return what was found as the figure of an indicator, narrowed to the `chosen` one."""
    absent = isinstance(found.value, Absence)
    return Figure(
        indicator=indicator,
        dimensions=dict(dimensions),
        label=chosen.label,
        unit_of_measure=chosen.unit_of_measure,
        kind=chosen.kind,
        period=found.period,
        value=None if isinstance(found.value, Absence) else found.value,
        absence=found.value if isinstance(found.value, Absence) else None,
        upper=None if absent else found.upper,
        qualifier=None if absent else found.qualifier,
        sources=found.sources,
    )


def rounded(number: Fraction, indicator: Indicator) -> int | Decimal:
    """Return a result as a figure has it: ratios and what is not whole with their decimals."""
    if indicator.kind is not Kind.RATIO and number.denominator == 1:
        return number.numerator
    step = Decimal(1).scaleb(-indicator.decimals)
    halves_up = (2 * abs(number) / Fraction(step) + 1) // 2
    return (halves_up if number >= 0 else -halves_up) * step


def _fraction(figure: Figure) -> Fraction:
    assert isinstance(figure.value, int | Decimal), figure
    return Fraction(figure.value)
