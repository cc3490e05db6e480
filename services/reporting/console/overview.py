"""The overview: rows of units found, sorted, added up and held side by side. Pure."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from services.reporting.console.figures import Row, added, share
from shared.record import record

COLUMNS = ("received", "in_time", "overdue", "reconciled", "missing", "broken")
"""What the overview tells of each unit, from the left."""
SORTS = ("name", *COLUMNS)
ABOVE_IS_BETTER = frozenset({"in_time"})
_SUMS = ("received", "resolved", "resolved_in_time", "overdue", "reconciled", "missing", "broken")


@record(kw_only=True)
class Total:
    """The rows together: sums, and the share worked out of sums. `silent` units told nothing."""

    units: int
    silent: int
    received: int | None
    in_time: Decimal | None
    overdue: int | None
    reconciled: int | None
    missing: int | None
    broken: int | None


@record(kw_only=True)
class Bar:
    """A unit's value of a column, and how long its bar is (0 to 1)."""

    unit: str
    value: int | Decimal | None
    length: float


def total(rows: Sequence[Row]) -> Total:
    """Return rows added up; a share is worked out anew, never a mean."""
    sums: Mapping[str, int | None] = {
        name: added([getattr(one, name) for one in rows]) for name in _SUMS
    }
    return Total(
        units=len(rows),
        silent=sum(one.is_silent for one in rows),
        in_time=share(sums["resolved_in_time"], sums["resolved"]),
        **{name: sums[name] for name in COLUMNS if name != "in_time"},
    )


def ordered(rows: Sequence[Row], sort: str, *, falling: bool) -> Sequence[Row]:
    """Return rows in the order of a column; those that have no value of it come last."""
    by_name = sorted(rows, key=lambda one: (plain(one.name), one.unit))
    if sort == "name":
        return by_name[::-1] if falling else by_name
    value: Callable[[Row], int | Decimal | None] = lambda one: getattr(one, sort)  # noqa: E731
    told = [(found, one) for one in by_name if (found := value(one)) is not None]
    told.sort(key=lambda pair: pair[0], reverse=falling)
    return [one for _, one in told] + [one for one in by_name if value(one) is None]


def named(names: Mapping[str, str], q: str) -> Sequence[str]:
    """Return the units whose name or number has a text in it, written with or without marks."""
    wanted = plain(q.strip())
    return [one for one, name in names.items() if wanted in plain(name) or q.strip() in one]


def plain(text: str) -> str:
    """Return a text in small letters without marks: `Hải Dương` is `hai duong`."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(one for one in bare if not unicodedata.combining(one))


def side_by_side(rows: Sequence[Row]) -> Mapping[str, Sequence[Bar]]:
    """Return each column of some rows as bars to one scale; a share's is 100%."""
    return {name: _bars(name, rows) for name in COLUMNS}


def _bars(name: str, rows: Sequence[Row]) -> Sequence[Bar]:
    values = [(one.unit, getattr(one, name)) for one in rows]
    most = 100 if name == "in_time" else max((value or 0 for _, value in values), default=0)
    return [
        Bar(unit=unit, value=value, length=float((value or 0) / most) if most else 0.0)
        for unit, value in values
    ]
