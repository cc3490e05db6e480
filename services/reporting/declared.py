"""Figures that departments declare: from the lines of accepted returns to one value. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from services.reporting.figure import Absence, Found, Kind, Period
from services.reporting.statements import Line, Statement
from shared.indicators.model import Indicator
from shared.quantity import Qualifier

_ADDITIVE = (Kind.FLOW, Kind.LEVEL)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A line of an accepted return, with the period and the subject of that."""

    period: Period
    subject: str
    line: Line


def declarations(statements: Iterable[Statement]) -> Mapping[str, Sequence[Declaration]]:
    """Return every line that counts, by its indicator, in the order of the statements."""
    found = defaultdict[str, list[Declaration]](list)
    for one in statements:
        if one.kind == "return" and one.status == "accepted":
            for line in one.lines:
                found[line.indicator].append(Declaration(one.period, one.subject, line))
    return found


def span_of(indicator: Indicator, span: Period) -> Period:
    """Return the days whose returns count: all of a year where lines are of whole years."""
    if indicator.line is None or indicator.line.span == "period":
        return span
    return Period(start=date(span.start.year, 1, 1), end=span.end)


def declared(
    indicator: Indicator,
    narrowing: Mapping[str, str],
    span: Period,
    lines: Sequence[Declaration],
) -> Found:
    """Return what the lines of an indicator say of a span of days.

    `sum` and `every` need returns that follow one another without a hole; the figure is of the days
    that they cover. `latest` is the return that ends last: a level may be of before the span, a
    target is one whose period touches it.
    """
    span = span_of(indicator, span)
    found = _by_period(indicator, narrowing, lines)
    if indicator.combine == "latest":
        return _latest(indicator.kind, found, span)
    tiles = _tiles(found, span)
    if not tiles:
        return Found(Absence.MISSING, span)
    values = [found[period] for period in tiles]
    whole = Period(start=tiles[0].start, end=tiles[-1].end)
    if any(later.start - earlier.end > timedelta(days=1) for earlier, later in pairwise(tiles)):
        return Found(Absence.MISSING, whole, sources=_sources(values))
    combine = _added if indicator.combine == "sum" else _every
    return replace(_of_all(values, combine), period=whole)


def _by_period(
    indicator: Indicator, narrowing: Mapping[str, str], lines: Sequence[Declaration]
) -> Mapping[Period, Found]:
    """Return what was declared for each period: by its own line, or added up from a breakdown."""
    of_period = defaultdict[tuple[date, date], list[Declaration]](list)
    for one in lines:
        if narrowing.items() <= one.line.dimensions.items():
            of_period[one.period.start, one.period.end].append(one)
    found: dict[Period, Found] = {}
    for together in of_period.values():
        own = [one for one in together if len(one.line.dimensions) == len(narrowing)]
        if own:
            found[own[-1].period] = _found(indicator.kind, own[-1])
        elif indicator.kind in _ADDITIVE:
            parts = [_found(indicator.kind, one) for one in _breakdown(together)]
            found[together[0].period] = _of_all(parts, _added)
    return found


def _breakdown(lines: Sequence[Declaration]) -> list[Declaration]:
    """Return the lines by the fewest dimensions: others tell of the same in more detail."""
    names = min((sorted(one.line.dimensions) for one in lines), key=lambda n: (len(n), n))
    return [one for one in lines if sorted(one.line.dimensions) == names]


def _found(kind: Kind, one: Declaration) -> Found:
    """Return a line's value; one that is not of the indicator's kind is as good as missing."""
    line, sources = one.line, (one.subject,)
    period = one.period
    if line.until is not None and line.until >= period.start:
        period = Period(start=period.start, end=line.until)
    if line.absence is not None:
        return Found(Absence(line.absence), period, sources=sources)
    if kind is Kind.TEXT:
        return Found(line.text or Absence.MISSING, period, sources=sources)
    if line.amount is None:
        return Found(Absence.MISSING, period, sources=sources)
    return Found(
        value=line.scaled(line.amount),
        period=period,
        upper=None if line.upper is None else line.scaled(line.upper),
        qualifier=None if line.qualifier is None else Qualifier(line.qualifier),
        sources=sources,
    )


def _latest(kind: Kind, found: Mapping[Period, Found], span: Period) -> Found:
    def counts(period: Period) -> bool:
        if kind is Kind.TARGET:
            return period.start <= span.end and span.start <= period.end
        return period.end <= span.end and (kind is Kind.LEVEL or span.start <= period.end)

    last = max(
        (period for period in found if counts(period)),
        key=lambda period: (period.end, period.start),
        default=None,
    )
    return Found(Absence.MISSING, span) if last is None else found[last]


def _tiles(periods: Iterable[Period], span: Period) -> list[Period]:
    """Return periods within a span, one after the other: of those that begin first the longest."""
    within = [one for one in periods if span.start <= one.start and one.end <= span.end]
    tiles: list[Period] = []
    for one in sorted(within, key=lambda one: (one.start, -one.end.toordinal())):
        if not tiles or tiles[-1].end < one.start:
            tiles.append(one)
    return tiles


def _of_all(values: Sequence[Found], combine: Callable[[Sequence[Found]], Found]) -> Found:
    """Combine values: one missing leaves all missing, what is not applicable is left out."""
    told = [one for one in values if one.value is not Absence.NOT_APPLICABLE]
    sources = _sources(values)
    if any(one.value is Absence.MISSING for one in told):
        return Found(Absence.MISSING, values[0].period, sources=sources)
    if not told:
        return Found(Absence.NOT_APPLICABLE, values[0].period, sources=sources)
    return replace(combine(told), sources=sources)


def _added(told: Sequence[Found]) -> Found:
    qualifier = weakest(one.qualifier for one in told)
    upper = sum(map(_high, told)) if any(one.upper is not None for one in told) else None
    if upper is not None and qualifier is not None:
        upper, qualifier = None, Qualifier.ABOUT
    return Found(sum(map(_low, told)), told[0].period, upper=upper, qualifier=qualifier)


def _every(told: Sequence[Found]) -> Found:
    """Return what is true of each: the one value, or the range that all of them lie in."""
    qualifier = weakest(one.qualifier for one in told)
    low, high = min(map(_low, told)), max(map(_high, told))
    if qualifier is Qualifier.LESS_THAN:
        low = high
    upper = high if low != high and qualifier is None else None
    return Found(low, told[0].period, upper=upper, qualifier=qualifier)


def weakest(qualifiers: Iterable[Qualifier | None]) -> Qualifier | None:
    """Return how something is meant that is made of such numbers."""
    told = {one for one in qualifiers if one is not None}
    return told.pop() if len(told) == 1 else Qualifier.ABOUT if told else None


def _low(one: Found) -> int | Decimal:
    assert isinstance(one.value, int | Decimal), one
    return one.value


def _high(one: Found) -> int | Decimal:
    return _low(one) if one.upper is None else one.upper


def _sources(values: Iterable[Found]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for one in values for source in one.sources))
