"""The calendar of what a unit owes: form by form, in the month in which a period ends. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from services.reporting.filings import Course, Filed, filed
from services.reporting.statements import Statement
from shared.obligations import owed
from shared.record import record
from shared.units import Unit


@record(kw_only=True)
class FormYear:
    """A form in a year: what was owed for the periods that ended in each month, from January on."""

    label: str
    department: str
    months: tuple[tuple[Filed, ...], ...]


@record(kw_only=True)
class Calendar:
    """The forms of a year, and how many things came how."""

    forms: tuple[FormYear, ...]
    counts: Mapping[Course, int]


def calendar(unit: Unit, year: int, as_of: date, statements: Sequence[Statement]) -> Calendar:
    """Return what a unit owes for the periods that end in a year, as recorded up to a day."""
    every = owed(unit, date(year, 1, 1), date(year + 1, 1, 1))
    told = filed([one for one in every if one.period.end.year == year], as_of, statements)
    return Calendar(forms=tuple(_forms(told)), counts=Counter(one.course for one in told))


def _forms(told: Sequence[Filed]) -> Iterator[FormYear]:
    by_form: dict[str, list[Filed]] = {}
    for one in told:
        by_form.setdefault(one.owed.form.code, []).append(one)
    for same in by_form.values():
        yield FormYear(
            label=same[0].owed.form.label,
            department=same[0].owed.form.department,
            months=tuple(
                tuple(one for one in same if one.owed.period.end.month == month)
                for month in range(1, 13)
            ),
        )
