"""How the departments of a unit filed what they owed for a report's period. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from services.reporting.figure import Period
from services.reporting.report.filing import Filing
from services.reporting.statements import Statement
from shared.events.returns import ReturnStatus
from shared.obligations import Obligation, owed
from shared.units import Unit


def filings(
    unit: Unit, period: Period, as_of: date, statements: Iterable[Statement]
) -> Sequence[Filing]:
    """Return, form by form, what of the periods that end in a report's period was filed.

    A return is late by the day of the submission that was not sent back. What is not due yet is not
    told.
    """
    returns = defaultdict[tuple[str, date], list[Statement]](list)
    for told in statements:
        if told.kind == "return":
            returns[told.code, told.period.end].append(told)
    due = [
        one
        for one in owed(unit, period.start, as_of)
        if one.period.end <= period.end and (one.due_on is None or one.due_on < as_of)
    ]
    by_form = groupby(sorted(due, key=_code), key=_code)
    return [_filing(list(of_form), returns) for _, of_form in by_form]


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


def _code(one: Obligation) -> str:
    return one.form.code


def _filing(
    due: Sequence[Obligation], returns: Mapping[tuple[str, date], Sequence[Statement]]
) -> Filing:
    in_time = late = waiting = 0
    missing = list[Period]()
    for one in due:
        same_end = returns.get((one.form.code, one.period.end), ())
        found = next((each for each in same_end if _meets(each, one)), None)
        if found is None:
            missing.append(one.period)
        elif found.status != ReturnStatus.ACCEPTED:
            waiting += 1
        elif found.delivered_on and one.days_late(found.delivered_on):
            late += 1
        else:
            in_time += 1
    return Filing(
        form=due[0].form.label,
        owed=len(due),
        in_time=in_time,
        late=late,
        waiting=waiting,
        missing=tuple(missing),
    )


def _meets(told: Statement, one: Obligation) -> bool:
    return one.met_by(told.code, told.period.start, told.period.end)
