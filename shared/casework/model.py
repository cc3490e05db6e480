"""Decisions about a case: (case, command, moment) to an event, or a refusal.

Pure; no rule stands elsewhere.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from shared.casework.commands import (
    CancelCase,
    CorrectCase,
    ReceiveCase,
    RefuseCase,
    ResolveCase,
    WithdrawCase,
)
from shared.casework.deadline import Course, due
from shared.casework.held import (
    Department,
    Held,
    next_step,
    not_away,
    not_before_received,
    not_cancelled,
    open_case,
    running_case,
)
from shared.casework.place import received_by, unit_id
from shared.clock import WARD_ZONE
from shared.events.cases import (
    Case,
    CaseCancelled,
    CaseCancelledData,
    CaseCorrected,
    CaseCorrectedData,
    CaseData,
    CaseReceived,
    CaseRefused,
    CaseWithdrawn,
    Status,
)
from shared.events.envelope import Event, event_id, new_event
from shared.procedures import PROCEDURES, Procedure
from shared.recorded import Recorded, not_after
from shared.refusal import Refused

EARLIEST = date(1990, 1, 1)
"""No case is older: an earlier day is a slip of the pen."""

LATEST = date(2199, 12, 31)
"""No case is due later: a later day is a slip of the pen, and days after it must still exist."""


def receive(
    department: Department, case_id: UUID, command: ReceiveCase, recorded: Recorded
) -> Event:
    """Receive a case: it is open, and due on the day given or the day that the procedure sets."""
    received_on = command.received_on or recorded.on
    department.procedure(command.procedure)
    _check_received(received_on, recorded)
    _check_time(received_on, command.received_time, recorded)
    version = department.version(command.procedure, received_on)
    course = Course(received_at=received_at(command, recorded.at, recorded.migrated))
    due_on = command.due_on or due(version, received_on, course)
    _check_due(due_on, received_on)
    unit = unit_id(command.unit, received_on)
    case = Case(
        unit=unit,
        procedure=command.procedure,
        channel=command.channel,
        received_on=received_on,
        due_on=due_on,
        status=Status.OPEN,
        neighbourhood=command.neighbourhood,
        received_by=received_by(command.received_by, unit, received_on),
    )
    return new_event(
        CaseReceived,
        CaseData(case=case),
        source=department.source,
        subject=case_id,
        sequence=1,
        occurred_on=received_on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def received_at(command: ReceiveCase, told_at: datetime, migrated: bool) -> time | None:  # noqa: FBT001
    """Return the wall clock of the receipt, None where nobody told it."""
    if command.received_time is None and command.received_on is None and not migrated:
        return told_at.astimezone(WARD_ZONE).time()
    return command.received_time


def resolve(department: Department, held: Held, command: ResolveCase, recorded: Recorded) -> Event:
    """Resolve an open case by its procedure's act."""
    running_case(held)
    case = _closed(held, Status.RESOLVED, command.closed_on, recorded)
    kind, data = department.act(held, case, command)
    return next_step(department, held, kind, data, case.closed_on, recorded)


def refuse(department: Department, held: Held, command: RefuseCase, recorded: Recorded) -> Event:
    """Close an open case with a refusal."""
    case = _closed(held, Status.REFUSED, command.closed_on, recorded)
    return next_step(department, held, CaseRefused, CaseData(case=case), case.closed_on, recorded)


def withdraw(
    department: Department, held: Held, command: WithdrawCase, recorded: Recorded
) -> Event:
    """Close an open case because its applicant withdrew it."""
    case = _closed(held, Status.WITHDRAWN, command.closed_on, recorded)
    return next_step(department, held, CaseWithdrawn, CaseData(case=case), case.closed_on, recorded)


def correct(department: Department, held: Held, command: CorrectCase, recorded: Recorded) -> Event:
    """Put right what was recorded wrongly; the case keeps its status.

    It changes what it names and nothing else: the due day too is what the applicant was told.
    """
    not_cancelled(held)
    wanted = command.model_dump(exclude_none=True, exclude={"reason"})
    if "procedure" in wanted:
        _check_procedure(held.case, department.procedure(wanted["procedure"]))
    if wanted.keys() & {"unit", "received_on", "received_by"}:
        on = wanted.get("received_on", held.case.received_on)
        wanted["unit"] = unit_id(wanted.get("unit", held.case.unit), on)
        desk = wanted.get("received_by", held.case.received_by)
        wanted["received_by"] = received_by(desk, wanted["unit"], on)
    now = held.case.model_dump()
    changed = [name for name, value in wanted.items() if now[name] != value]
    if not changed:
        raise Refused("nothing_changes")
    _check_days(held, now | wanted, recorded)
    data = CaseCorrectedData(
        case=Case(**(now | wanted)),
        corrects=event_id(held.id, held.sequence),
        changed=changed,
    )
    return next_step(department, held, CaseCorrected, data, None, recorded)


def cancel(department: Department, held: Held, command: CancelCase, recorded: Recorded) -> Event:  # noqa: ARG001 - the reason stays here
    """Cancel a case that was entered by mistake, whatever its status."""
    not_cancelled(held)
    data = CaseCancelledData(
        case=held.case.model_copy(update={"status": Status.CANCELLED}),
        corrects=event_id(held.id, held.sequence),
    )
    return next_step(department, held, CaseCancelled, data, None, recorded)


def _closed(held: Held, status: Status, closed_on: date | None, recorded: Recorded) -> Case:
    case = open_case(held)
    not_away(held)
    day = closed_on or recorded.on
    not_after("closed_on", day, recorded)
    _check_closed(held, day, case.received_on)
    return case.model_copy(update={"status": status, "closed_on": day})


def _check_closed(held: Held, day: date, received_on: date) -> None:
    not_before_received("closed_on", day, received_on)
    if held.course.days and day < held.course.days[-1]:
        raise Refused("before_step", "closed_on", day=held.course.days[-1])


def _check_received(day: date, recorded: Recorded) -> None:
    not_after("received_on", day, recorded)
    if day < EARLIEST:
        raise Refused("too_old", "received_on", earliest=EARLIEST)


def _check_time(day: date, told: time | None, recorded: Recorded) -> None:
    now = recorded.at.astimezone(WARD_ZONE).time()
    if told is not None and day == recorded.on and told > now and not recorded.migrated:
        raise Refused("later_than_now", "received_time", now=now.strftime("%H:%M"))


def _check_due(due_on: date, received_on: date) -> None:
    not_before_received("due_on", due_on, received_on)
    if due_on > LATEST:
        raise Refused("too_late", "due_on", latest=LATEST)


def _check_procedure(case: Case, wanted: Procedure) -> None:
    """Refuse a procedure that cannot have what already became of a case."""
    if case.status is Status.RESOLVED and PROCEDURES[case.procedure].act != wanted.act:
        raise Refused("act_cannot_change", "procedure")
    if case.sorting is not None and not any(one.sorting for one in wanted.versions):
        raise Refused("no_sorting", "procedure", procedure=wanted.code)


def _check_days(held: Held, after: Mapping[str, Any], recorded: Recorded) -> None:
    before = held.case
    received_on, due_on, closed_on = after["received_on"], after["due_on"], after["closed_on"]
    _check_received(received_on, recorded)
    _check_due(due_on, received_on)
    if held.course.days and received_on > held.course.days[0]:
        raise Refused("after_step", "received_on", day=held.course.days[0])
    if closed_on is not None:
        if before.closed_on is None:
            raise Refused("not_closed", "closed_on")
        not_after("closed_on", closed_on, recorded)
        _check_closed(held, closed_on, received_on)
    if after["outcome"] is not None and before.outcome is None:
        raise Refused("field_not_of_this", "outcome", procedure=after["procedure"])
