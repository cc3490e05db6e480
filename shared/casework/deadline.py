"""The day on which a case is due, and why. Pure.

The clock of a case starts with its receipt, stands still while the applicant supplements the file,
and runs on; an extension gives it more days. `due` finds the day, `why` tells the way to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import zip_longest
from typing import Any

from shared.calendar import Standstill, counts, day_off, due_day, end_of
from shared.events.cases import Case, Sorting, Status, timeliness
from shared.procedures import ProcedureVersion, Processing


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the time of a case ran. What is in no event stays in the department.

    `received_at` is the wall clock of Việt Nam, None where it was not told: then the office was
    open. The clock stands from each day of `paused_on` up to that of `resumed_on`, which counts
    again; a case that waits has one pause more. From each day of `ended_on` up to that of
    `reopened_on` the case was closed. `extended` are the days of each extension, `appointments` the
    new days that letters of apology named. `accepted_on` is the day on which a petition was
    accepted, `stepped_on` are those of all steps that only its department knows.
    """

    received_at: time | None = None
    paused_on: tuple[date, ...] = ()
    resumed_on: tuple[date, ...] = ()
    extended: tuple[int, ...] = ()
    appointments: tuple[date, ...] = ()
    ended_on: tuple[date, ...] = ()
    reopened_on: tuple[date, ...] = ()
    stepped_on: tuple[date, ...] = ()
    accepted_on: date | None = None

    def __add__(self, step: "Course") -> "Course":
        """Return the course after one more step."""
        return Course(
            received_at=step.received_at or self.received_at,
            paused_on=self.paused_on + step.paused_on,
            resumed_on=self.resumed_on + step.resumed_on,
            extended=self.extended + step.extended,
            appointments=self.appointments + step.appointments,
            ended_on=self.ended_on + step.ended_on,
            reopened_on=self.reopened_on + step.reopened_on,
            stepped_on=self.stepped_on + step.stepped_on,
            accepted_on=self.accepted_on or step.accepted_on,
        )

    @property
    def waits_since(self) -> date | None:
        """The day from which the case waits for its applicant, None where it does not."""
        return self.paused_on[-1] if len(self.paused_on) > len(self.resumed_on) else None

    @property
    def days(self) -> Sequence[date]:
        """The days of the steps between receipt and closing, in order."""
        clock = (*self.paused_on, *self.resumed_on, *self.reopened_on)
        return sorted((*clock, *self.stepped_on))

    @property
    def standstills(self) -> tuple[Standstill, ...]:
        """The pauses that are over, and the times in which the case was closed."""
        pauses = zip(self.paused_on, self.resumed_on, strict=False)
        closed = zip(self.ended_on, self.reopened_on, strict=True)
        return tuple(Standstill(since, until) for since, until in (*pauses, *closed))


@dataclass(frozen=True, slots=True)
class Reason:
    """One step on the way to a due day: the day it leads to, the rule, what its sentence says.

    `rule` is a key of shared.messages.
    """

    day: date
    rule: str
    values: dict[str, Any]


def starts_on(processing: Processing, received_on: date, course: Course) -> date:
    """Return the day as on which the case counts as received."""
    if processing.runs_from == "acceptance" and course.accepted_on is not None:
        return course.accepted_on
    closes_at, received_at = processing.closes_at, course.received_at
    if closes_at is None or received_at is None or received_at < closes_at:
        return received_on
    return due_day(received_on + timedelta(days=1), 0, "working")


def due(version: ProcedureVersion, received_on: date, course: Course) -> date:
    """Return the day that the law sets; a pause that is not over does not move it yet."""
    start = starts_on(version.processing, received_on, course)
    days = version.processing.days + sum(course.extended)
    return due_day(start, days, version.processing.kind, course.standstills)


def due_after(version: ProcedureVersion, case: Case, before: Course, after: Course) -> date:
    """Return the day on which a case is due once its course is no longer `before` but `after`.

    A due day that the department stated is moved as one of the law's would be: it keeps as many
    days of its own. Never an earlier day than before.
    """
    lawful = due(version, case.received_on, before)
    if case.due_on == lawful:
        return max(lawful, due(version, case.received_on, after))
    kind = version.processing.kind
    start = starts_on(version.processing, case.received_on, before)
    days = sum(
        counts(start + timedelta(days=number), kind, before.standstills)
        for number in range(1, (case.due_on - start).days + 1)
    )
    days += sum(after.extended) - sum(before.extended)
    start = starts_on(version.processing, case.received_on, after)
    return max(case.due_on, due_day(start, days, kind, after.standstills))


def sort_by(version: ProcedureVersion, received_on: date, course: Course) -> date | None:
    """Return the last day on which a petition is sorted in time, None where none is sorted."""
    if version.sorting is None:
        return None
    return due_day(received_on, version.sorting.days, version.sorting.kind, course.standstills)


def why(
    version: ProcedureVersion,
    case: Case,
    course: Course,
    today: date,
    more: Iterable[Reason] = (),
) -> Sequence[Reason]:
    """Return the steps that lead to a case's due day, and how it stands to it on `today`.

    `more` is what its department adds, in between.
    """
    return [*_way(version, case, course), *more, *_standing(case, course, today)]


def _way(version: ProcedureVersion, case: Case, course: Course) -> Iterator[Reason]:
    processing = version.processing
    start = starts_on(processing, case.received_on, course)
    accepted = processing.runs_from == "acceptance" and course.accepted_on is not None
    told = {"time": course.received_at.strftime("%H:%M") if course.received_at else ""}
    yield Reason(case.received_on, "why_received_at" if told["time"] else "why_received", told)
    if accepted:
        yield Reason(start, "why_accepted", {"day": start})
    elif start != case.received_on:
        assert processing.closes_at is not None
        closes_at = processing.closes_at.strftime("%H:%M")
        yield Reason(start, "why_after_hours", {"closes_at": closes_at})
    part = replace(course, paused_on=(), resumed_on=(), extended=(), ended_on=(), reopened_on=())
    basis = f" ({version.basis})" if version.basis else ""
    law = {"days": processing.days, "basis": basis}
    rule = "why_same_day" if processing.days == 0 else f"why_{processing.kind}_days"
    yield Reason(due(version, case.received_on, part), rule, law)
    if not version.basis:
        yield Reason(due(version, case.received_on, part), "why_practice", {})
    for days in course.extended:
        part = replace(part, extended=(*part.extended, days))
        yield Reason(due(version, case.received_on, part), "why_extended", {"days": days})
    for since, until in zip_longest(course.paused_on, course.resumed_on):
        if until is None:
            yield Reason(since, "why_waits", {"since": since})
            continue
        part = replace(
            part, paused_on=(*part.paused_on, since), resumed_on=(*part.resumed_on, until)
        )
        values = {"since": since, "until": until, "days": (until - since).days}
        yield Reason(due(version, case.received_on, part), "why_paused", values)
    for since, until in zip(course.ended_on, course.reopened_on, strict=True):
        part = replace(
            part, ended_on=(*part.ended_on, since), reopened_on=(*part.reopened_on, until)
        )
        values = {"since": since, "until": until}
        yield Reason(due(version, case.received_on, part), "why_reopened", values)
    yield from _off(version, case, part)
    lawful = due(version, case.received_on, part)
    if lawful != case.due_on:
        yield Reason(case.due_on, "why_stated", {"lawful": lawful})


def _off(version: ProcedureVersion, case: Case, course: Course) -> Iterator[Reason]:
    """Say which days off were passed over on the whole way, but for those of a standstill.

    Of a time in calendar days they are those at its end.
    """
    processing, standstills = version.processing, course.standstills
    start = starts_on(processing, case.received_on, course)
    last = due(version, case.received_on, course)
    end = end_of(start, processing.days + sum(course.extended), processing.kind, standstills)
    first = end if processing.kind == "calendar" else min(end, start + timedelta(days=1))
    days = (first + timedelta(days=number) for number in range((last - first).days))
    days = (day for day in days if counts(day, "calendar", standstills))
    named = [f"{day:%d/%m/%Y} ({reason})" for day in days if (reason := day_off(day))]
    if named:
        yield Reason(last, "why_days_off", {"days": ", ".join(named)})


def _standing(case: Case, course: Course, today: date) -> Iterator[Reason]:
    for day in course.appointments:
        yield Reason(day, "why_reappointed", {"day": day})
    if case.status is Status.CANCELLED:
        return
    if case.closed_on is not None:
        if case.status is Status.RESOLVED:
            rule = f"why_{timeliness(case.due_on, case.closed_on)}"
            yield Reason(case.closed_on, rule, {"due_on": case.due_on})
        else:
            accepted = case.sorting in (None, Sorting.ACCEPTED)
            yield Reason(case.closed_on, f"why_{case.status if accepted else case.sorting}", {})
    elif case.is_overdue(today):
        yield Reason(today, "why_overdue", {"days": (today - case.due_on).days})
    else:
        yield Reason(today, "why_within", {"due_on": case.due_on})
