"""Figures that the registers of the ward office hold: entries counted, or what one says. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.reporting.figure import Absence, Found, Kind, Period
from services.reporting.statements import Statement
from shared.indicators.model import Indicator


def registers(statements: Iterable[Statement]) -> Mapping[str, Sequence[Statement]]:
    """Return the entries of each register that were not cancelled, by their days."""
    found = defaultdict[str, list[Statement]](list)
    for one in statements:
        if one.kind == "entry" and one.status == "recorded":
            found[one.code].append(one)
    return found


def counted(
    indicator: Indicator,
    narrowing: Mapping[str, str],
    span: Period,
    register: Sequence[Statement],
    *,
    span_asked_for: bool,
) -> Found:
    """Return the number of entries, or what the picked ones say.

    Entries of the span count; for a level, and for the latest text, all up to its end, unless the
    span was asked for (`year`, `months`). A register in which there is nothing at all is missing.
    """
    entries = indicator.entry
    assert entries is not None
    lasting = indicator.kind is Kind.LEVEL or (entries.say is not None and entries.pick == "latest")
    where = {**entries.where, **narrowing}
    fitting = [
        one
        for one in register
        if one.period.end <= span.end
        and (one.period.start >= span.start or (lasting and not span_asked_for))
        and where.items() <= one.values.items()
    ]
    if not register:
        return Found(Absence.MISSING, span)
    if entries.say is None:
        return Found(len(fitting), span, sources=tuple(one.subject for one in fitting))
    said = [(text, one) for one in fitting if (text := _say(one, entries.say)) is not None]
    if not said:
        return Found(Absence.MISSING, span)
    if entries.pick == "all":
        text = "; ".join(dict.fromkeys(text for text, _ in said))
        return Found(text, span, sources=tuple(one.subject for _, one in said))
    text, picked = said[0] if entries.pick == "first" else said[-1]
    return Found(text, picked.period, sources=(picked.subject,))


def _say(entry: Statement, what: str) -> str | None:
    match what:
        case "day":
            return entry.period.start.isoformat()
        case "year":
            return str(entry.period.start.year)
    return entry.values.get(what)
