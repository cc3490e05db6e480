"""Which series count in a term of a figure. It is found out once for a kind, not for a report.

What is kept grows with the kinds of series and with narrowings, not with wards. Whoever asks may
make narrowings up: it begins anew when there are too many.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.reporting.sums import KINDS, Series
from shared.indicators import CATALOGUE
from shared.indicators.model import Term

_COUNTING: dict[object, tuple[int, frozenset[int]]] = {}
"""By term and narrowing: how many kinds were looked at, and those of them that count."""

_MOST = 20_000


def counting(term: Term, narrowing: Mapping[str, str]) -> frozenset[int]:
    """Return the kinds that a term counts, narrowed to what is asked for, of those known by now."""
    key = id(term), *narrowing.items()
    seen, found = _COUNTING.get(key, (0, frozenset[int]()))
    known = len(KINDS)
    if seen < known:
        found |= set(_matching(term, narrowing, KINDS[seen:known], seen))
        if len(_COUNTING) >= _MOST:
            _COUNTING.clear()
        _COUNTING[key] = known, found
    return found


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
