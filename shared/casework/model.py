"""Decisions about a case: (case, command, moment) to an event, or a refusal.

Pure; no rule stands elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared import units
from shared.calendar import due_day
from shared.casework.commands import (
    CancelCase,
    CorrectCase,
    ReceiveCase,
    RefuseCase,
    ResolveCase,
    WithdrawCase,
)
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
from shared.procedures import PROCEDURES, Procedure, procedures_of
from shared.recorded import Recorded, not_after
from shared.refusal import Refused

EARLIEST = date(1990, 1, 1)
"""No case is older: an earlier day is a slip of the pen."""

LATEST = date(2199, 12, 31)
"""No case is due later: a later day is a slip of the pen, and days after it must still exist."""

type Act = Callable[[Case, ResolveCase], tuple[type[Event], CaseData]]
"""The act that resolves a case.

The resolved case and the command to the event's type and payload.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """What only the department knows.

    Its name, what it must be told to resolve a case, and its acts.
    """

    name: str
    resolve_command: type[ResolveCase]
    act: Act

    @property
    def source(self) -> str:
        """The CloudEvents source of its events."""
        return f"/wardbook/{self.name}"

    def procedure(self, code: str) -> Procedure:
        """Return the procedure `code`, or refuse one that is not of this department."""
        found = PROCEDURES.get(code)
        if found is None or found.department != self.name:
            known = ", ".join(procedure.code for procedure in procedures_of(self.name))
            raise Refused("unknown_procedure", "procedure", known=known)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case as the department holds it: its present version and when that was recorded."""

    id: UUID
    sequence: int
    case: Case
    recorded_at: datetime


def unit_id(code_or_id: str, on: date) -> str:
    """Return the identity of the unit that `code_or_id` means on a day, or refuse it."""
    try:
        return units.resolve(code_or_id, on).id
    except units.UnknownUnit:
        raise Refused("unknown_unit", "unit", unit=code_or_id) from None
    except units.UnitNotInForce:
        raise Refused("unit_not_in_force", "unit", unit=code_or_id, day=on) from None


def receive(
    department: Department, case_id: UUID, command: ReceiveCase, recorded: Recorded
) -> Event:
    """Receive a case: it is open, and due on the day given or the day that the procedure sets."""
    procedure = department.procedure(command.procedure)
    received_on = command.received_on or recorded.on
    _check_received(received_on, recorded)
    due_on = command.due_on or due_day(
        received_on, procedure.processing.days, procedure.processing.kind
    )
    _check_due(due_on, received_on)
    case = Case(
        unit=unit_id(command.unit, received_on),
        procedure=command.procedure,
        channel=command.channel,
        received_on=received_on,
        due_on=due_on,
        status=Status.OPEN,
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


def resolve(department: Department, held: Held, command: ResolveCase, recorded: Recorded) -> Event:
    """Resolve an open case by its procedure's act."""
    case = _closed(held, Status.RESOLVED, command.closed_on, recorded)
    kind, data = department.act(case, command)
    return _next(department, held, kind, data, case.closed_on, recorded)


def refuse(department: Department, held: Held, command: RefuseCase, recorded: Recorded) -> Event:
    """Close an open case with a refusal."""
    case = _closed(held, Status.REFUSED, command.closed_on, recorded)
    return _next(department, held, CaseRefused, CaseData(case=case), case.closed_on, recorded)


def withdraw(
    department: Department, held: Held, command: WithdrawCase, recorded: Recorded
) -> Event:
    """Close an open case because its applicant withdrew it."""
    case = _closed(held, Status.WITHDRAWN, command.closed_on, recorded)
    return _next(department, held, CaseWithdrawn, CaseData(case=case), case.closed_on, recorded)


def correct(department: Department, held: Held, command: CorrectCase, recorded: Recorded) -> Event:
    """Put right what was recorded wrongly; the case keeps its status."""
    _not_cancelled(held)
    wanted = command.model_dump(exclude_none=True, exclude={"reason"})
    if "procedure" in wanted:
        _check_same_act(held.case, department.procedure(wanted["procedure"]))
    if "unit" in wanted or "received_on" in wanted:
        on = wanted.get("received_on", held.case.received_on)
        wanted["unit"] = unit_id(wanted.get("unit", held.case.unit), on)
    now = held.case.model_dump()
    changed = [name for name, value in wanted.items() if now[name] != value]
    if not changed:
        raise Refused("nothing_changes")
    _check_days(held.case, now | wanted, recorded)
    data = CaseCorrectedData(
        case=Case(**(now | wanted)),
        corrects=event_id(held.id, held.sequence),
        changed=changed,
    )
    return _next(department, held, CaseCorrected, data, None, recorded)


def cancel(department: Department, held: Held, command: CancelCase, recorded: Recorded) -> Event:  # noqa: ARG001 - the reason stays here
    """Cancel a case that was entered by mistake, whatever its status."""
    _not_cancelled(held)
    data = CaseCancelledData(
        case=held.case.model_copy(update={"status": Status.CANCELLED}),
        corrects=event_id(held.id, held.sequence),
    )
    return _next(department, held, CaseCancelled, data, None, recorded)


def _next(
    department: Department,
    held: Held,
    kind: type[Event],
    data: CaseData,
    occurred_on: date | None,
    recorded: Recorded,
) -> Event:
    return new_event(
        kind,
        data,
        source=department.source,
        subject=held.id,
        sequence=held.sequence + 1,
        occurred_on=occurred_on or recorded.on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def _closed(held: Held, status: Status, closed_on: date | None, recorded: Recorded) -> Case:
    _not_cancelled(held)
    if held.case.status is not Status.OPEN:
        raise Refused("case_closed", status=409, state=held.case.status)
    day = closed_on or recorded.on
    not_after("closed_on", day, recorded)
    _not_before_received("closed_on", day, held.case.received_on)
    return held.case.model_copy(update={"status": status, "closed_on": day})


def _not_cancelled(held: Held) -> None:
    if held.case.status is Status.CANCELLED:
        raise Refused("case_cancelled", status=409)


def _check_received(day: date, recorded: Recorded) -> None:
    not_after("received_on", day, recorded)
    if day < EARLIEST:
        raise Refused("too_old", "received_on", earliest=EARLIEST)


def _check_due(due_on: date, received_on: date) -> None:
    _not_before_received("due_on", due_on, received_on)
    if due_on > LATEST:
        raise Refused("too_late", "due_on", latest=LATEST)


def _not_before_received(field: str, day: date, received_on: date) -> None:
    if day < received_on:
        raise Refused("before_received", field, received_on=received_on)


def _check_same_act(case: Case, wanted: Procedure) -> None:
    if case.status is Status.RESOLVED and PROCEDURES[case.procedure].act != wanted.act:
        raise Refused("act_cannot_change", "procedure")


def _check_days(before: Case, after: Mapping[str, object], recorded: Recorded) -> None:
    received_on, due_on, closed_on = after["received_on"], after["due_on"], after["closed_on"]
    assert isinstance(received_on, date)
    assert isinstance(due_on, date)
    _check_received(received_on, recorded)
    _check_due(due_on, received_on)
    if isinstance(closed_on, date):
        if before.closed_on is None:
            raise Refused("not_closed", "closed_on")
        not_after("closed_on", closed_on, recorded)
        _not_before_received("closed_on", closed_on, received_on)
    if after["outcome"] is not None and before.outcome is None:
        raise Refused("field_not_of_this", "outcome", procedure=after["procedure"])
