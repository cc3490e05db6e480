"""Figures that departments declare: from the lines of accepted returns to one value. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from services.reporting.figure import Absence, Found, Kind, Period
from services.reporting.statements import Line, Statement
from shared.indicators.model import Indicator
from shared.quantity import Qualifier
from shared.record import record

_ADDITIVE = (Kind.FLOW, Kind.LEVEL)
_DAY = timedelta(days=1)


@record()
class Declaration:
    """A line of an accepted return, with the period and the subject of that."""

    period: Period
    subject: str
    line: Line


type Declarations = Sequence[Sequence[Declaration]]
"""Lines of one indicator, those of one period together, in the order of their periods' ends."""


def declarations(statements: Iterable[Statement]) -> Mapping[str, Declarations]:
    """Return every line that counts, by indicator; the statements are in order of their ends."""
    found = defaultdict[str, dict[Period, list[Declaration]]](dict)
    for one in statements:
        if one.kind == "return" and one.status == "accepted":
            for line in one.lines:
                together = found[line.indicator].setdefault(one.period, [])
                together.append(Declaration(one.period, one.subject, line))
    return {indicator: list(periods.values()) for indicator, periods in found.items()}


def span_of(indicator: Indicator, span: Period) -> Period:
    """Return the days whose returns count: all of a year where lines are of whole years."""
    if indicator.line is None or indicator.line.span == "period":
        return span
    return Period(start=date(span.start.year, 1, 1), end=span.end)


def declared(
    indicator: Indicator, narrowing: Mapping[str, str], span: Period, lines: Declarations
) -> Found:
    """Return what the lines of an indicator say of a span of days.

    `sum` and `every` need returns that follow one another without a hole; the figure is of the days
    that they cover. `latest` is the return that ends last: a level may be of before the span, a
    target is one whose period touches it. `exact` is the return of these very days.
    """
    span, kind = span_of(indicator, span), indicator.kind
    if indicator.combine in ("exact", "latest"):
        exact = indicator.combine == "exact"
        fitting = [
            one
            for one in lines
            if (one[-1].period == span if exact else _holds(kind, one[-1].period, span))
        ]
        last = next(_telling(indicator, narrowing, reversed(fitting)), None)
        return _value(kind, last) if last else Found(Absence.MISSING, span)
    within = [
        one
        for one in lines
        if span.start <= one[-1].period.start and one[-1].period.end <= span.end
    ]
    tiles = _tiles(_telling(indicator, narrowing, within))
    if not tiles:
        return Found(Absence.MISSING, span)
    values = [_value(kind, one) for one in tiles]
    whole = Period(start=tiles[0].period.start, end=tiles[-1].period.end)
    if any(later.period.start - one.period.end > _DAY for one, later in pairwise(tiles)):
        return Found(Absence.MISSING, whole, sources=_sources(values))
    combine = _added if indicator.combine == "sum" else _every
    return replace(_of_all(values, combine), period=whole)


class _Told(NamedTuple):
    """What was told for a period: one line, or those of a breakdown, or none: then it is zero."""

    period: Period
    subject: str
    lines: Sequence[Declaration]


def _telling(
    indicator: Indicator, narrowing: Mapping[str, str], lines: Iterable[Sequence[Declaration]]
) -> Iterator[_Told]:
    """Yield what was told for each period: by a line of its own, else by a breakdown.

    A return that tells of some streets tells of all: there is nothing of one that it leaves out.
    """
    additive = indicator.kind in _ADDITIVE
    named = {name for name in narrowing if indicator.dimensions.get(name) == "open"}
    fixed = {name: value for name, value in narrowing.items() if name not in named}
    for together in lines:
        period, subject = together[-1].period, together[-1].subject
        if len(together) == 1 and together[0].line.dimensions == narrowing:
            yield _Told(period, subject, together)
            continue
        parts = [one for one in together if narrowing.items() <= one.line.dimensions.items()]
        own = [one for one in parts if len(one.line.dimensions) == len(narrowing)]
        if own:
            yield _Told(period, subject, own[-1:])
        elif additive and parts:
            yield _Told(period, subject, _breakdown(parts))
        elif additive and any(
            named <= one.line.dimensions.keys() and fixed.items() <= one.line.dimensions.items()
            for one in together
        ):
            yield _Told(period, subject, ())


def _breakdown(lines: Sequence[Declaration]) -> list[Declaration]:
    """Return the lines by the fewest dimensions: others tell of the same in more detail."""
    names = min((sorted(one.line.dimensions) for one in lines), key=lambda n: (len(n), n))
    return [one for one in lines if sorted(one.line.dimensions) == names]


def _value(kind: Kind, told: _Told) -> Found:
    if not told.lines:
        return Found(0, told.period, sources=(told.subject,))
    values = [_found(kind, one) for one in told.lines]
    return values[0] if len(values) == 1 else _of_all(values, _added)


def _found(kind: Kind, one: Declaration) -> Found:
    """Return a line's value; one that is not of the indicator's kind is as good as missing."""
    line, period, sources = one.line, one.period, (one.subject,)
    if line.until is not None:
        period = Period(start=min(period.start, line.until), end=line.until)
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


def _holds(kind: Kind, period: Period, span: Period) -> bool:
    """Say whether what was told for a period may hold for a span."""
    if kind is Kind.TARGET:
        return period.start <= span.end and span.start <= period.end
    return period.end <= span.end and (kind is Kind.LEVEL or span.start <= period.end)


def _tiles(told: Iterable[_Told]) -> list[_Told]:
    """Return what covers most days, one after the other: of those that begin first the longest."""
    tiles: list[_Told] = []
    for one in sorted(told, key=lambda one: (one.period.start, -one.period.end.toordinal())):
        if not tiles or tiles[-1].period.end < one.period.start:
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
    """Return what is true of each: the one value, or the range that all of them lie in.

    Of texts that differ the last.
    """
    if isinstance(told[0].value, str):
        return told[-1]
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
