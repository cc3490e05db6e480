"""Which forms a ward's departments owe, for which periods, and until when. Pure.

Reporting counts with the same list that departments are reminded of.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from shared.forms import FORMS, Form
from shared.periods import PERIOD_KINDS, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A form that a department owes for a period; `due_on` is the last good day for it."""

    form: str
    department: str
    period: Period
    due_on: date

    def met_by(self, form: str, start: date, end: date) -> bool:
        """Return whether a return on that form and for that period is what is owed.

        It may begin earlier: a year's form is whole though the term began in the year.
        """
        return form == self.form and end == self.period.end and start <= self.period.start


def owed(starts: date, until: date, forms: Iterable[Form] | None = None) -> list[Obligation]:
    """Return what is owed on the morning of `until` for periods that were not over by `starts`.

    A form whose period is a report's own is owed to nobody but that report. Sorted by due day.
    """
    found = [one for form in forms or FORMS.values() for one in _of(form, starts, until)]
    return sorted(found, key=lambda one: (one.due_on, one.form))
