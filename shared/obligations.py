"""Which forms the departments of a ward owe, for which periods, and until when. Pure.

Reporting counts with the same list that departments are reminded of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from shared.forms import FORMS, OWN_SPAN, Form
from shared.periods import PERIOD_KINDS, Period
from shared.units import Unit


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """A form that is owed for a period."""

    form: Form
    period: Period

    @cached_property
    def due_on(self) -> date | None:
        """The last good day, None where none is set."""
        counted_from = self.period.start if self.form.ahead else self.period.end
        return self.form.due.on(counted_from) if self.form.due else None

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


def owed(
    unit: Unit, since: date, until: date, forms: Iterable[Form] | None = None
) -> list[Obligation]:
    """Return what a unit owes on the day `until` for periods that were not over before `since`.

    A period in which the unit begins or ends is owed for the days on which there was the unit. A
    form of a report's own span is owed for no period. Sorted by the last day of the period.
    """
    first, last = unit.valid_from or date.min, unit.valid_to or date.max
    if forms is None:
        return list(_of_every_form(first, last, since, until))
    return _owed(forms, first, last, since, until)


@lru_cache(maxsize=1024)
def _of_every_form(first: date, last: date, since: date, until: date) -> Sequence[Obligation]:
    return _owed(FORMS.values(), first, last, since, until)


def _owed(
    forms: Iterable[Form], first: date, last: date, since: date, until: date
) -> list[Obligation]:
    """Return what is owed by each of the units that there are from a `first` to a `last` day."""
    found = [
        Obligation(form=form, period=period)
        for form in forms
        for period in _periods_of(form, max(form.since or date.min, first), last, since, until)
    ]
    begun = [one for one in found if one.since <= until]
    return sorted(begun, key=lambda one: (one.period.end, one.form.code))


def first_day(form: Form, unit: Unit) -> date:
    """Return the first day on which a form can be owed by a unit."""
    return max(form.since or date.min, unit.valid_from or date.min)


def _periods_of(form: Form, first: date, last: date, since: date, until: date) -> Iterator[Period]:
    """Yield the periods of a form that touch these days, between a `first` and a `last` day."""
    if form.period == OWN_SPAN:
        return
    kind = PERIOD_KINDS[form.period]
    period = kind.around(max(since, first))
    while period.start <= min(until, last):
        yield Period(start=max(period.start, first), end=min(period.end, last))
        period = kind.around(period.end + timedelta(days=1))
