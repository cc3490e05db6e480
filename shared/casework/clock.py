"""Decisions about the clock of a case: it stops, runs again, is given more days. Pure."""

from pydantic import BaseModel

from shared.calendar import day_off
from shared.casework.commands import (
    ExtendCase,
    PauseCase,
    ReappointCase,
    ReceiveCase,
    ResumeCase,
)
from shared.casework.deadline import Course, due_after
from shared.casework.held import (
    Department,
    Held,
    next_step,
    not_away,
    not_before_received,
    not_before_step,
    open_case,
    running_case,
)
from shared.casework.model import received_at
from shared.events.cases import (
    CaseData,
    CaseExtended,
    CasePaused,
    CaseReappointed,
    CaseReappointedData,
    CaseReceived,
    CaseReopened,
    CaseResumed,
    Sorting,
    StepData,
)
from shared.events.envelope import Event
from shared.recorded import Recorded, not_after
from shared.refusal import Refused


def pause(department: Department, held: Held, command: PauseCase, recorded: Recorded) -> Event:
    """Stop the clock of an open case; the days before the pause have counted."""
    case = running_case(held)
    not_away(held)
    day = command.paused_on or recorded.on
    not_after("paused_on", day, recorded)
    not_before_received("paused_on", day, case.received_on)
    if held.course.resumed_on and day < held.course.resumed_on[-1]:
        raise Refused("before_resumption", "paused_on", until=held.course.resumed_on[-1])
    not_before_step("paused_on", day, held)
    data = CaseData(case=case.model_copy(update={"paused_on": day}))
    return next_step(department, held, CasePaused, data, day, recorded)


def resume(department: Department, held: Held, command: ResumeCase, recorded: Recorded) -> Event:
    """Let the clock run again: the due day moves by the days on which it stood still."""
    case, course, since = open_case(held), held.course, held.course.waits_since
    if since is None:
        raise Refused("case_not_paused", status=409)
    day = command.resumed_on or recorded.on
    not_after("resumed_on", day, recorded)
    if day < since:
        raise Refused("before_pause", "resumed_on", since=since)
    not_before_step("resumed_on", day, held)
    after = course + Course(resumed_on=(day,))
    due_on = due_after(department.version(case.procedure, case.received_on), case, course, after)
    data = CaseData(case=case.model_copy(update={"paused_on": None, "due_on": due_on}))
    return next_step(department, held, CaseResumed, data, day, recorded)


def extend(department: Department, held: Held, command: ExtendCase, recorded: Recorded) -> Event:
    """Give a case more days, while it is in time, as its law allows."""
    case = running_case(held)
    version = department.version(case.procedure, case.received_on)
    day = command.decided_on or recorded.on
    not_after("decided_on", day, recorded)
    not_before_received("decided_on", day, case.received_on)
    allowed = version.extension
    if allowed is None:
        raise Refused("no_extension", procedure=case.procedure)
    if command.days > allowed.days:
        raise Refused("extension_too_long", "days", days=allowed.days, basis=allowed.basis)
    if len(held.course.extended) >= allowed.times:
        raise Refused("extended_already", status=409, times=allowed.times, basis=allowed.basis)
    if day > case.due_on:
        raise Refused("after_due", "decided_on", due_on=case.due_on)
    after = held.course + Course(extended=(command.days,))
    due_on = due_after(version, case, held.course, after)
    data = CaseData(case=case.model_copy(update={"due_on": due_on}))
    return next_step(department, held, CaseExtended, data, day, recorded)


def reappoint(
    department: Department, held: Held, command: ReappointCase, recorded: Recorded
) -> Event:
    """Promise the result for another day; the case is measured by its due day as before.

    Once for each case (Nghị định 107/2021/NĐ-CP, Điều 1 khoản 9; not checked against the text).
    """
    case, day = running_case(held), command.appointment_on
    if held.course.appointments:
        raise Refused("reappointed_already", status=409, day=held.course.appointments[-1])
    if day <= case.due_on or day <= recorded.on:
        raise Refused("not_after_due", "appointment_on", due_on=case.due_on, today=recorded.on)
    if reason := day_off(day):
        raise Refused("day_off", "appointment_on", reason=reason)
    data = CaseReappointedData(case=case, appointment_on=day)
    return next_step(department, held, CaseReappointed, data, None, recorded)


def step_of(event: Event, command: BaseModel) -> Course:
    """Return what one step adds to the course of its case."""
    step, day = Course(), event.occurred_on
    match event, command:
        case CaseReceived(), ReceiveCase():
            step = Course(received_at=received_at(command, event.recordedtime, event.migrated))
        case CasePaused(), _:
            step = Course(paused_on=(day,))
        case CaseResumed(), _:
            step = Course(resumed_on=(day,))
        case CaseReopened(data=data), _:
            step = Course(ended_on=(data.ended_on,), reopened_on=(day,))
        case CaseExtended(), ExtendCase():
            step = Course(extended=(command.days,))
        case CaseReappointed(data=data), _:
            step = Course(appointments=(data.appointment_on,))
        case Event(data=StepData(case=case)), _ if case.closed_on is None:
            accepted_on = day if case.sorting is Sorting.ACCEPTED else None
            step = Course(stepped_on=(day,), accepted_on=accepted_on)
    return step
