"""A case as a department holds it, and what every decision about one begins and ends with. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.casework.commands import ResolveCase
from shared.casework.deadline import Course
from shared.events.cases import Case, CaseData, Status
from shared.events.envelope import Event, new_event
from shared.procedures import PROCEDURES, Procedure, ProcedureVersion, procedures_of
from shared.recorded import Recorded
from shared.refusal import Refused

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

    def version(self, code: str, received_on: date) -> ProcedureVersion:
        """Return what holds of a case of the procedure `code` that was received on a day."""
        found = self.procedure(code).version_on(received_on)
        if found is None:
            raise Refused("procedure_not_in_use", "procedure", procedure=code, day=received_on)
        return found


NOTHING_HAPPENED = Course()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case as the department holds it: its present version and when that was recorded."""

    id: UUID
    sequence: int
    case: Case
    recorded_at: datetime
    course: Course = NOTHING_HAPPENED


def open_case(held: Held) -> Case:
    """Return the case if it is open."""
    not_cancelled(held)
    if held.case.status is not Status.OPEN:
        raise Refused("case_closed", status=409, state=held.case.status)
    return held.case


def running_case(held: Held) -> Case:
    """Return the case if it is open and does not wait for its applicant."""
    case = open_case(held)
    if held.course.waits_since is not None:
        raise Refused("case_paused", status=409, since=held.course.waits_since)
    return case


def not_cancelled(held: Held) -> None:
    """Refuse a case that was cancelled."""
    if held.case.status is Status.CANCELLED:
        raise Refused("case_cancelled", status=409)


def not_before_received(field: str, day: date, received_on: date) -> None:
    """Refuse a day that lies before the receipt of its case."""
    if day < received_on:
        raise Refused("before_received", field, received_on=received_on)


def next_step(
    department: Department,
    held: Held,
    kind: type[Event],
    data: CaseData,
    occurred_on: date | None,
    recorded: Recorded,
) -> Event:
    """Return the next event of a case; it occurred on the day given, or is recorded on it."""
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
