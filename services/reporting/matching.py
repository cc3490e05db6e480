"""Which series count in a term of a figure. It is found out once for a series, not for a report.

What is kept grows with the kinds of series and the narrowings of outlines, not with wards.
"""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from services.reporting.tally_reader import Series
from shared.indicators import CATALOGUE
from shared.indicators.model import Term

_KINDS: dict[object, int] = {}
"""A number for each measure with its dimensions."""
_SERIES: list[Series] = []
"""A series of each kind, by its number."""
_NUMBERING = Lock()
_COUNTED: dict[object, tuple[int, set[int]]] = {}
"""By term and narrowing: how many kinds were looked at, and those of them that count."""


def kinds(series: Iterable[Series]) -> Sequence[int]:
    """Return the number of each series' kind."""
    return [_kind(one) for one in series]


def _kind(one: Series) -> int:
    name = one.measure, frozenset(one.dimensions.items())
    if name not in _KINDS:
        with _NUMBERING:
            if name not in _KINDS:
                _SERIES.append(one)
                _KINDS[name] = len(_SERIES) - 1
    return _KINDS[name]


def counted(term: Term, narrowing: Mapping[str, str], of: Sequence[int]) -> Sequence[int]:
    """Return the places of those kinds that a term counts, narrowed to what is asked for."""
    key = id(term), *narrowing.items()
    seen, found = _COUNTED.get(key, (0, set()))
    known = len(_SERIES)
    if seen < known:
        found = found | set(_matching(term, narrowing, _SERIES[seen:known], seen))
        _COUNTED[key] = known, found
    return [place for place, kind in enumerate(of) if kind in found]


def _matching(
    term: Term, narrowing: Mapping[str, str], series: Sequence[Series], first: int
) -> Iterable[int]:
    where = dict(term.where)
    for name, value in narrowing.items():
        meant = CATALOGUE.groups.get((name, value), frozenset({value}))
        where[name] = where.get(name, meant) & meant
    for kind, one in enumerate(series, first):
        if one.measure == term.measure and all(
            one.dimensions.get(name) in values for name, values in where.items()
        ):
            yield kind
