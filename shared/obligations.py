"""Which forms the departments of a ward owe, for which periods, and until when. Pure.

Reporting counts with the same list that departments are reminded of.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.forms import FORMS, OWN_SPAN, Form
from shared.periods import PERIOD_KINDS, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A form that is owed for a period; `due_on` is the last good day, None where none is set."""

    form: Form
    period: Period
    due_on: date | None

    @property
    def since(self) -> date:
        """The first day on which it is owed."""
        return self.period.start if self.form.ahead else self.period.end + timedelta(days=1)

    def days_late(self, delivered_on: date) -> int:
        """Return by how many days a delivery is late, 0 for one in time."""
        return max(0, (delivered_on - self.due_on).days) if self.due_on else 0

    def met_by(self, form: str, start: date, end: date) -> bool:
        """Return whether a return on that form and for that period is what is owed.

        It may begin earlier: a whole year was told though the term began in it.
        """
        return form == self.form.code and end == self.period.end and start <= self.period.start


def owed(starts: date, until: date, forms: Iterable[Form] | None = None) -> list[Obligation]:
    """Return what is owed on the day `until` for periods that were not over on the day `starts`.

    Sorted by the last day of the period. A form of a report's own span is owed for no period.
    """
    every = FORMS.values() if forms is None else forms
    found = [one for form in every for one in _of(form, starts, until)]
    return sorted(found, key=lambda one: (one.period.end, one.form.code))


def _periods_of(form: Form, first: date, last: date) -> Iterator[Period]:
    """Yield the periods of a form that touch these days; the first one begins with the form."""
    if form.period == OWN_SPAN:
        return
    since = form.since or date.min
    period = PERIOD_KINDS[form.period].around(max(first, since))
    while period.start <= last:
        yield Period(start=max(period.start, since), end=period.end)
        period = PERIOD_KINDS[form.period].around(period.end + timedelta(days=1))


def _of(form: Form, starts: date, until: date) -> Iterator[Obligation]:
    for period in _periods_of(form, starts, until):
        counted_from = period.start if form.ahead else period.end
        due_on = form.due.on(counted_from) if form.due else None
        obligation = Obligation(form=form, period=period, due_on=due_on)
        if obligation.since <= until:
            yield obligation
