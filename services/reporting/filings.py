"""How the departments of a unit filed what they owed for a report's period. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby

from services.reporting.figure import Period
from services.reporting.report.filing import Filing
from services.reporting.statements import Statement
from shared.events.returns import ReturnStatus
from shared.obligations import Obligation, owed
from shared.record import record
from shared.units import Unit


class Course(StrEnum):
    """How what was owed came."""

    IN_TIME = "in_time"
    LATE = "late"
    WAITING = "waiting"
    MISSING = "missing"
    NOT_DUE = "not_due"


@record(kw_only=True)
class Filed:
    """What was owed, and how it came; one that waits was submitted and is not accepted."""

    owed: Obligation
    course: Course
    delivered_on: date | None = None
    days_late: int = 0


def filings(
    unit: Unit, period: Period, as_of: date, statements: Iterable[Statement]
) -> Sequence[Filing]:
    """Return, form by form, what of the periods that end in a report's period was filed.

    A return is late by the day of the submission that was not sent back. What is not due yet is not
    told.
    """
    due = [one for one in owed(unit, period.start, as_of) if one.period.end <= period.end]
    told = [one for one in filed(due, as_of, statements) if _is_due(one.owed, as_of)]
    by_form = groupby(sorted(told, key=_code), key=_code)
    return [_filing(list(of_form)) for _, of_form in by_form]


def filed(
    due: Iterable[Obligation], as_of: date, statements: Iterable[Statement]
) -> Sequence[Filed]:
    """Return of each thing that is owed how it came, by what was recorded up to a day."""
    returns = defaultdict[tuple[str, date], list[Statement]](list)
    for told in statements:
        if told.kind == "return":
            returns[told.code, told.period.end].append(told)
    return [_filed(one, as_of, returns[one.form.code, one.period.end]) for one in due]


def _filed(one: Obligation, as_of: date, same_end: Sequence[Statement]) -> Filed:
    found = next((each for each in same_end if _meets(each, one)), None)
    if found is None:
        return Filed(owed=one, course=Course.MISSING if _is_due(one, as_of) else Course.NOT_DUE)
    if found.status != ReturnStatus.ACCEPTED:
        return Filed(owed=one, course=Course.WAITING, delivered_on=found.delivered_on)
    days_late = one.days_late(found.delivered_on) if found.delivered_on else 0
    course = Course.LATE if days_late else Course.IN_TIME
    return Filed(owed=one, course=course, delivered_on=found.delivered_on, days_late=days_late)


def _is_due(one: Obligation, as_of: date) -> bool:
    return one.since <= as_of and (one.due_on is None or one.due_on < as_of)


def added(told: Iterable[Sequence[Filing]]) -> Sequence[Filing]:
    """Return filings of several units as those of all of them, form by form."""
    by_form = defaultdict[str, list[Filing]](list)
    for of_unit in told:
        for one in of_unit:
            by_form[one.form].append(one)
    return [
        Filing(
            form=form,
            owed=sum(one.owed for one in same),
            in_time=sum(one.in_time for one in same),
            late=sum(one.late for one in same),
            waiting=sum(one.waiting for one in same),
            missing=tuple(period for one in same for period in one.missing),
        )
        for form, same in by_form.items()
    ]


def _code(one: Filed) -> str:
    return one.owed.form.code


def _filing(told: Sequence[Filed]) -> Filing:
    counts = Counter(one.course for one in told)
    return Filing(
        form=told[0].owed.form.label,
        owed=len(told),
        in_time=counts[Course.IN_TIME],
        late=counts[Course.LATE],
        waiting=counts[Course.WAITING],
        missing=tuple(one.owed.period for one in told if one.course is Course.MISSING),
    )


def _meets(told: Statement, one: Obligation) -> bool:
    return one.met_by(told.code, told.period.start, told.period.end)
