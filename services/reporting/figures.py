"""From tallies and indicators to figures: the formulas. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.reporting.figure import Absence, Figure, Period
from services.reporting.indicators import GROUPS, INDICATORS, Indicator, Term
from services.reporting.tally_reader import Dated, Sum, Tallies

_CENTS = Decimal("0.01")
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
        wanted = INDICATORS[indicator]
        formula, narrowing = _follow_split(wanted, dimensions)
        unknown = set(narrowing) - formula.dimensions
        if unknown:
            message = f"{indicator} has no dimension {', '.join(sorted(unknown))}"
            raise ValueError(message)
        value, period = self._value(formula, narrowing)
        return Figure(
            indicator=indicator,
            dimensions=dict(dimensions),
            label=formula.label,
            unit_of_measure=formula.unit_of_measure,
            kind=formula.kind,
            period=period,
            value=None if isinstance(value, Absence) else value,
            absence=value if isinstance(value, Absence) else None,
        )

    def years(self, indicator: str) -> list[int]:
        """Return the years, ascending, for which `indicator` was declared in the period."""
        return sorted({start.year for start, _, _ in self._declared(indicator)})

    def _value(self, indicator: Indicator, narrowing: Mapping[str, str]) -> tuple[Value, Period]:
        if indicator.declared:
            return self._declared_value(indicator, narrowing)
        if indicator.numerator:
            return self._ratio(indicator, narrowing)
        if indicator.department not in self._telling():
            return Absence.MISSING, self.period
        if indicator.text is not None:
            return self._text(indicator), self.period
        if not indicator.terms:
            message = f"{indicator.id} must be narrowed by its {indicator.split}"
            raise ValueError(message)
        return sum(self._term(term, narrowing) for term in indicator.terms), self.period

    def _term(self, term: Term, narrowing: Mapping[str, str]) -> int:
        where = dict(term.where)
        for name, value in narrowing.items():
            meant = GROUPS.get((name, value), frozenset({value}))
            where[name] = where.get(name, meant) & meant
        chosen = [
            one for one in self.tallies.sums if one.measure == term.measure and _matches(one, where)
        ]
        return term.sign * sum(one.at(term.at) for one in chosen)

    def _ratio(self, indicator: Indicator, narrowing: Mapping[str, str]) -> tuple[Value, Period]:
        parts = [self.figure(one, narrowing) for one in indicator.numerator]
        whole = [self.figure(one, narrowing) for one in indicator.denominator]
        period = parts[0].period
        absences = [one.absence for one in (*parts, *whole) if one.absence is not None]
        if absences:
            return absences[0], period
        below = _total(whole)
        if below == 0:
            return Absence.NOT_APPLICABLE, period
        return (Decimal(100) * _total(parts) / below).quantize(_CENTS, ROUND_HALF_UP), period

    def _text(self, indicator: Indicator) -> Value:
        assert indicator.text is not None
        said = [one for one in self.tallies.dated if one.measure == indicator.text.measure]
        return said[-1].dimensions[indicator.text.dimension] if said else Absence.MISSING

    def _declared_value(
        self, indicator: Indicator, narrowing: Mapping[str, str]
    ) -> tuple[Value, Period]:
        if "year" not in narrowing:
            message = f"{indicator.id} is declared by the year"
            raise ValueError(message)
        year = int(narrowing["year"])
        of_year = [one for one in self._declared(indicator.id) if one[0].year == year]
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


def _follow_split(
    indicator: Indicator, dimensions: Mapping[str, str]
) -> tuple[Indicator, Mapping[str, str]]:
    """Return the indicator that a split dimension leads to, and the dimensions that are left."""
    split = indicator.split
    if split is None or split.dimension not in dimensions:
        return indicator, dimensions
    chosen = split.values.get(dimensions[split.dimension])
    if chosen is None:
        message = f"{indicator.id} has no {split.dimension}={dimensions[split.dimension]}"
        raise ValueError(message)
    rest = {name: value for name, value in dimensions.items() if name != split.dimension}
    return INDICATORS[chosen], rest


def _matches(one: Sum, where: Mapping[str, frozenset[str]]) -> bool:
    return all(one.dimensions.get(name) in values for name, values in where.items())


def _total(figures: Iterable[Figure]) -> int:
    total = 0
    for figure in figures:
        if not isinstance(figure.value, int):
            message = f"{figure.indicator} is not a count"
            raise TypeError(message)
        total += figure.value
    return total
