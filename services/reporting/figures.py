"""From tallies, statements and indicators to figures. Pure."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from services.reporting.calculating import as_figure, calculated, rounded
from services.reporting.declared import Declarations, declarations, declared, span_of
from services.reporting.figure import Absence, Figure, Found, Period
from services.reporting.matching import counting
from services.reporting.registers import counted, registers
from services.reporting.statements import Statement
from services.reporting.tally_reader import Tallies
from shared.indicators import CATALOGUE, Selection
from shared.indicators.model import At, Indicator, Term

type Value = int | Decimal | str | Absence


class TallyFigures:
    """The figures of one unit and period.

    Of cases: a department that has told nothing yet is missing, not zero. What is declared is
    missing line by line.
    """

    def __init__(self, period: Period, tallies: Tallies) -> None:
        """Take what was recorded of the unit; nothing is found before it is asked for."""
        self.period = period
        self._tallies = tallies
        self._amounts: dict[tuple[At, Period], Sequence[int]] = {}
        self._matching: dict[object, Sequence[int]] = {}

    @cached_property
    def _lines(self) -> Mapping[str, Declarations]:
        return declarations(self._tallies.statements)

    @cached_property
    def _registers(self) -> Mapping[str, Sequence[Statement]]:
        return registers(self._tallies.statements)

    @cached_property
    def _kinds(self) -> Sequence[int]:
        kinds: list[int] = self._tallies.sums.kinds.tolist()
        return kinds

    @cached_property
    def _telling(self) -> Collection[str]:
        return {one.department for one in self._tallies.sums.series}

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return a figure; see Figures in figure.py."""
        chosen = chosen_of(indicator, tuple(dimensions.items()))
        found = self._found(chosen, period or self.period)
        return as_figure(indicator, dimensions, chosen.indicator, found)

    def counted(
        self, chosen: Selection, period: Period
    ) -> Iterable[tuple[Term, Period, Sequence[int]]]:
        """Yield what a figure of cases sums up: a term, its days, the places of its series."""
        span = span_chosen(chosen, period)
        for term in chosen.indicator.terms:
            yield term, span, self._places(term, chosen.narrowing)

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension; see Figures in figure.py."""
        wanted = CATALOGUE.indicators[indicator]
        if dimension == "year":
            return [str(year) for year in self._years(wanted)]
        known = CATALOGUE.dimensions_of(wanted)
        if dimension not in known:
            raise ValueError(f"{indicator} has no dimension {dimension}")
        codes = known[dimension]
        occurring = dict.fromkeys(self._occurring(wanted, dimension))
        return list(occurring) if codes is None else [one for one in codes if one in occurring]

    def _years(self, indicator: Indicator) -> Iterable[int]:
        if indicator.formula is not None:
            return self._years(CATALOGUE.indicators[indicator.formula.operands[0].indicator])
        if indicator.entry is not None and indicator.entry.say is not None:
            where = indicator.entry.where.items()
            told = self._registers.get(indicator.entry.register_code, ())
            days = {one.period.start for one in told if where <= one.values.items()}
            return sorted({day.year for day in days if self.period.start <= day <= self.period.end})
        if indicator.line is None:
            return range(self.period.start.year, self.period.end.year + 1)
        span = span_of(indicator, self.period)
        periods = [together[0].period for together in self._lines.get(indicator.id, ())]
        return sorted({one.end.year for one in periods if span.start <= one.end <= span.end})

    def _occurring(self, indicator: Indicator, dimension: str) -> Iterable[str]:
        """Return the values of a dimension that were told, those of the latest return first."""
        if indicator.split is not None and indicator.split.dimension == dimension:
            return indicator.split.values
        if indicator.formula is not None:
            operands = [CATALOGUE.indicators[one.indicator] for one in indicator.formula.operands]
            return [value for one in operands for value in self._occurring(one, dimension)]
        told: Iterable[Mapping[str, str]] = (one.dimensions for one in self._tallies.sums.series)
        if indicator.line is not None:
            told = (
                one.line.dimensions
                for together in reversed(self._lines.get(indicator.id, ()))
                if together[0].period.end <= self.period.end
                for one in together
            )
        elif indicator.entry is not None:
            told = (one.values for one in self._registers.get(indicator.entry.register_code, ()))
        return [one[dimension] for one in told if dimension in one]

    def _found(self, chosen: Selection, period: Period) -> Found:
        span = span_chosen(chosen, period)
        if span.start > period.end:
            return Found(Absence.MISSING, span)
        [way] = chosen.indicator.ways
        match way:
            case "line":
                lines = self._lines.get(chosen.indicator.id, ())
                return declared(chosen.indicator, chosen.narrowing, span, lines)
            case "entry":
                return self._entered(chosen, span)
            case "formula":
                return calculated(chosen, period, self.figure)
            case "elapsed" | "heading":
                return self._years_of(chosen.indicator, span)
        return Found(self._of_cases(chosen, span), span)

    def _of_cases(self, chosen: Selection, span: Period) -> Value:
        indicator = chosen.indicator
        if indicator.department not in self._telling:
            return Absence.MISSING
        if indicator.schedule is not None:
            latest = self._tallies.sums.latest("schedule", span.end)
            return latest.dimensions[indicator.schedule] if latest else Absence.MISSING
        return sum(self._term(one, chosen.narrowing, span) for one in indicator.terms)

    def _entered(self, chosen: Selection, span: Period) -> Found:
        assert chosen.indicator.entry is not None
        register = self._registers.get(chosen.indicator.entry.register_code, ())
        asked = bool(chosen.span)
        return counted(chosen.indicator, chosen.narrowing, span, register, span_asked_for=asked)

    def _years_of(self, indicator: Indicator, span: Period) -> Found:
        """Return the years of a span, or whole years since a figure's day.

        On the anniversary these are exact, whatever qualifier they have else.
        """
        if indicator.elapsed is None:
            return Found(rounded(_years_long(span), indicator), span)
        since = self.figure(indicator.elapsed.since, {}, Period(start=date.min, end=span.end))
        if since.absence is not None:
            return Found(since.absence, span, sources=since.sources)
        first, last = since.period.start, span.end
        begun = (last.month, last.day) < (first.month, first.day)
        exact = (last.month, last.day) == (first.month, first.day)
        return Found(
            last.year - first.year - begun,
            span,
            qualifier=None if exact else indicator.elapsed.qualifier,
            sources=since.sources,
        )

    def _term(self, term: Term, narrowing: Mapping[str, str], span: Period) -> int:
        asked = term.at, span
        if asked not in self._amounts:
            self._amounts[asked] = self._tallies.sums.amounts(*asked).tolist()
        amounts = self._amounts[asked]
        return term.sign * sum(map(amounts.__getitem__, self._places(term, narrowing)))

    def _places(self, term: Term, narrowing: Mapping[str, str]) -> Sequence[int]:
        """Return the places of the series that a term counts."""
        key = id(term), *narrowing.items()
        if key not in self._matching:
            found = counting(term, narrowing)
            self._matching[key] = [at for at, kind in enumerate(self._kinds) if kind in found]
        return self._matching[key]


@lru_cache(maxsize=8192)
def chosen_of(indicator: str, dimensions: tuple[tuple[str, str], ...]) -> Selection:
    """Return what a figure is a selection of; see Figures in figure.py for what is raised."""
    return CATALOGUE.resolve(indicator, dict(dimensions))


def span_chosen(chosen: Selection, period: Period) -> Period:
    """Return the days that a figure is of: those of its year or months, else the period's."""
    if "year" in chosen.span:
        year = chosen.span["year"]
        end = min(date(year, 12, 31), period.end) if year <= period.end.year else date(year, 12, 31)
        return Period(start=date(year, 1, 1), end=end)
    if "months" in chosen.span:
        after = period.end + timedelta(days=1)
        year, month = divmod(after.year * 12 + after.month - 1 - chosen.span["months"], 12)
        day = min(after.day, monthrange(year, month + 1)[1])
        return Period(start=date(year, month + 1, day), end=period.end)
    return period


def _years_long(span: Period) -> Fraction:
    after = span.end + timedelta(days=1)
    months = (after.year - span.start.year) * 12 + after.month - span.start.month
    return Fraction(months, 12)
