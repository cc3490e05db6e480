"""A case as a department holds it, and what every decision about one begins and ends with. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.casework.commands import ResolveCase
from shared.casework.deadline import Course, Reason
from shared.events.cases import Case, CaseData, Status
from shared.events.envelope import Event, new_event
from shared.procedures import PROCEDURES, Procedure, ProcedureVersion, procedures_of
from shared.recorded import Recorded
from shared.refusal import Refused

type Reasons = Callable[[ProcedureVersion, "Held", date], Iterable[Reason]]
"""What a department adds to why a case is due on its day, seen from a day."""

type Act = Callable[["Held", Case, ResolveCase], tuple[type[Event], CaseData]]
"""The act that resolves a case.

The case as it was, the resolved one and the command to the event's type and payload.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """A step that only one department's cases take: POST /cases/{id}/<name>, and its decision."""

    name: str
    command: type[BaseModel]
    decide: "Decision"
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """What only the department knows.

    Its name, what it must be told to resolve a case, its acts, the steps that its cases take beside
    those of every case, and what these add to why a case is due on its day.
    """

    name: str
    resolve_command: type[ResolveCase]
    act: Act
    steps: tuple[CaseStep, ...] = ()
    reasons: Reasons = lambda _version, _held, _today: ()

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
    """A case as the department holds it: its present version and when that was recorded.

    `particulars` are what the commands of the department said beyond what is counted, each by its
    name, as JSON; the last word on each stands. Personal data may be among them.
    """

    id: UUID
    sequence: int
    case: Case
    recorded_at: datetime
    course: Course = NOTHING_HAPPENED
    particulars: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """The unit that the case is of."""
        return self.case.unit

    @property
    def parts(self) -> Mapping[str, Any]:
        """All that is held of any case, for a department that holds more of its own."""
        return {one.name: getattr(self, one.name) for one in fields(Held)}

    @property
    def away_since(self) -> date | None:
        """The day from which its file is at another office, None where it is here."""
        told = self.particulars.get("forwarding", {"back_on": ""})
        return None if "back_on" in told else date.fromisoformat(told["forwarded_on"])


type Decision = Callable[[Department, Held, Any, Recorded], Event]
"""From a held case, a command and the moment to the event, or a refusal."""


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


def not_away(held: Held) -> None:
    """Refuse a case whose file is at another office."""
    if held.away_since is not None:
        raise Refused("case_away", status=409, since=held.away_since)


def not_cancelled(held: Held) -> None:
    """Refuse a case that was cancelled."""
    if held.case.status is Status.CANCELLED:
        raise Refused("case_cancelled", status=409)


def not_before_received(field: str, day: date, received_on: date) -> None:
    """Refuse a day that lies before the receipt of its case."""
    if day < received_on:
        raise Refused("before_received", field, received_on=received_on)


def not_before_step(field: str, day: date, held: Held) -> None:
    """Refuse a day that lies before the receipt of a case, or before a step that it has taken."""
    not_before_received(field, day, held.case.received_on)
    if held.course.days and day < held.course.days[-1]:
        raise Refused("before_step", field, day=held.course.days[-1])


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
