"""What a page shows, as its address says it: whoever gets the address sees the same. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

from services.reporting.figure import Period
from services.reporting.report import Borders
from shared import units
from shared.periods import PERIOD_KINDS

_CALLED = {"start": "from", "end": "to", "other": "with"}


@dataclass(frozen=True, slots=True)
class View:
    """A page and the state that its address holds."""

    path: str
    state: Mapping[str, object]

    def at(self, **changes: object) -> str:
        """Return the address of this page with some of its state changed; None takes it away."""
        return address(self.path, **{**self.state, **changes})

    def fields(self, *without: str) -> Sequence[tuple[str, str]]:
        """Return what a form of this page sends unseen: its state but for what the form asks."""
        return parse_qsl(urlsplit(self.at(**dict.fromkeys(without))).query)


def address(path: str, **state: object) -> str:
    """Return an address; what is None or empty is not in it, a sequence stands in it repeatedly."""
    told = {
        _CALLED.get(name, name): one for name, one in state.items() if one not in (None, "", ())
    }
    return f"{path}?{urlencode(told, doseq=True)}" if told else path


def report_of(unit: str, period: Period, as_of: date, form: str) -> str:
    """Return the address of a term report in a form."""
    return address(
        "/reports/term",
        unit=unit,
        start=period.start,
        end=period.end,
        as_of=as_of,
        borders=borders_of(unit, period),
        format=form,
    )


def borders_of(unit: str, period: Period) -> Borders | None:
    """Return the borders in which figures are a unit's own, None where they need no saying."""
    is_old = units.is_of_2004(unit)
    fits = period.end < units.REFORM if is_old else period.start >= units.REFORM
    return None if fits else Borders.OWN


def usual_period(today: date) -> Period:
    """Return what is shown where nothing else is asked for: the year so far."""
    return Period(start=date(today.year, 1, 1), end=today)


def of_kind(kind: str, year: int, number: int, today: date) -> Period:
    """Return a period by kind, year and number in it, as far as it has come.

    Raises ValueError where there is none, or where it has not begun.
    """
    if kind not in PERIOD_KINDS:
        raise ValueError(kind)
    period = PERIOD_KINDS[kind].period(year, number)
    if period.start > today:
        raise ValueError(f"{period.start} has not come yet")
    return Period(start=period.start, end=min(period.end, today))
