"""From tallies and indicators to figures: the formulas. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.reporting.figure import Absence, Figure, Kind, Period
from services.reporting.tally_reader import Dated, Sum, Tallies
from shared.indicators import CATALOGUE, Selection
from shared.indicators.model import Indicator, Term

_DEPARTMENT_OF_MEASURE = {"visitors": "petitions", "schedule": "petitions", "declared": "returns"}

type Value = int | Decimal | str | Absence


@dataclass(frozen=True, slots=True)
class TallyFigures:
    """The figures of one unit and period.

    A department that has told nothing yet is missing, not zero.
    """

    period: Period
    tallies: Tallies

    def figure(self, indicator: str, dimensions: Mapping[str, str]) -> Figure:
        """Return a figure; see Figures in figure.py."""
        chosen = CATALOGUE.resolve(indicator, dimensions)
        value, period = self._value(chosen)
        return Figure(
            indicator=indicator,
            dimensions=dict(dimensions),
            label=chosen.indicator.label,
            unit_of_measure=chosen.indicator.unit_of_measure,
            kind=chosen.indicator.kind,
            period=period,
            value=None if isinstance(value, Absence) else value,
            absence=value if isinstance(value, Absence) else None,
        )

    def years(self, indicator: str) -> list[int]:
        """Return the years, ascending, for which `indicator` was declared in the period."""
        return sorted({start.year for start, _, _ in self._declared(indicator)})

    def _value(self, chosen: Selection) -> tuple[Value, Period]:
        indicator = chosen.indicator
        if indicator.line is not None:
            return self._declared_value(chosen)
        if indicator.formula is not None:
            return self._calculated(chosen)
        if indicator.department not in self._telling():
            return Absence.MISSING, self.period
        if indicator.schedule is not None:
            return self._text(indicator.schedule), self.period
        terms = (self._term(term, chosen.narrowing) for term in indicator.terms)
        return sum(terms), self.period

    def _term(self, term: Term, narrowing: Mapping[str, str]) -> int:
        where = dict(term.where)
        for name, value in narrowing.items():
            meant = CATALOGUE.groups.get((name, value), frozenset({value}))
            where[name] = where.get(name, meant) & meant
        chosen = [
            one for one in self.tallies.sums if one.measure == term.measure and _matches(one, where)
        ]
        return term.sign * sum(one.at(term.at) for one in chosen)

    def _calculated(self, chosen: Selection) -> tuple[Value, Period]:
        formula = CATALOGUE.formula_of(chosen)
        parts = [self.figure(slot.indicator, slot.dimensions) for slot in formula.operands]
        period = parts[0].period
        absent = next((one.absence for one in parts if one.absence is not None), None)
        if absent is not None:
            return absent, period
        values = iter(parts)
        try:
            result = formula.value(lambda _: _fraction(next(values)))
        except ZeroDivisionError:
            return Absence.NOT_APPLICABLE, period
        return _rounded(result, chosen.indicator), period

    def _text(self, dimension: str) -> Value:
        said = [one for one in self.tallies.dated if one.measure == "schedule"]
        return said[-1].dimensions[dimension] if said else Absence.MISSING

    def _declared_value(self, chosen: Selection) -> tuple[Value, Period]:
        if "year" not in chosen.span:
            raise ValueError(f"{chosen.indicator.id} is declared by the year")
        year = chosen.span["year"]
        of_year = [one for one in self._declared(chosen.indicator.id) if one[0].year == year]
        if not of_year:
            return Absence.MISSING, Period(start=date(year, 1, 1), end=date(year, 12, 31))
        start, end, value = of_year[-1]
        return value, Period(start=start, end=end)

    def _declared(self, indicator: str) -> list[tuple[date, date, Value]]:
        """Return (first day, last day, value) of what was declared, the latest last."""
        return [
            (
                date.fromisoformat(one.dimensions["from"]),
                one.occurred_on,
                Absence(one.dimensions["absence"]) if "absence" in one.dimensions else one.amount,
            )
            for one in self.tallies.dated
            if one.measure == "declared"
            and one.dimensions["indicator"] == indicator
            and one.occurred_on >= self.period.start
        ]

    def _telling(self) -> set[str]:
        """Return the departments that had recorded anything about the unit by the as-of day."""
        every: list[Sum | Dated] = [*self.tallies.sums, *self.tallies.dated]
        return {
            one.dimensions.get("department") or _DEPARTMENT_OF_MEASURE[one.measure] for one in every
        }


def _matches(one: Sum, where: Mapping[str, frozenset[str]]) -> bool:
    return all(one.dimensions.get(name) in values for name, values in where.items())


def _fraction(figure: Figure) -> Fraction:
    assert isinstance(figure.value, int | Decimal), figure
    return Fraction(figure.value)


def _rounded(number: Fraction, indicator: Indicator) -> int | Decimal:
    """Return a result as a figure has it: ratios and what is not whole with their decimals."""
    if indicator.kind is not Kind.RATIO and number.denominator == 1:
        return number.numerator
    step = Decimal(1).scaleb(-indicator.decimals)
    halves_up = (2 * abs(number) / Fraction(step) + 1) // 2
    return (halves_up if number >= 0 else -halves_up) * step
