"""What every department says of a case (hồ sơ), whatever its procedure.

Each event carries the whole countable state of the case after it. A reader needs no earlier event
to know what the case counts as, and whoever holds the highest sequence holds the truth.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.events.envelope import Event
from shared.frozen import Frozen

UnitId = Annotated[str, Field(pattern=r"^(2004|2025)-[0-9]{5}$")]
"""Identity of an administrative unit.

The register that numbers it, and its number (shared.units).
"""

ProcedureCode = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=64)]
"""Identity of a procedure (shared.procedures)."""


Neighbourhood = Annotated[
    str, Field(pattern=r"^(tdp|kp|kdc|thon)-[1-9][0-9]{0,2}$", examples=["tdp-3"])
]
"""A part of a unit by its number: tổ dân phố, khu phố, khu dân cư or thôn.

A number and no name: each one is a series of its own in reporting, of which there are two million.
"""


class Channel(StrEnum):
    """How a case reached the ward: the columns of Biểu số 06/VPCP/KSTT."""

    ONLINE = "online"
    IN_PERSON = "in_person"
    POST = "post"


class Status(StrEnum):
    """Where a case stands. A cancelled one was entered by mistake and counts as nothing."""

    OPEN = "open"
    RESOLVED = "resolved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a mediation ended. Other procedures have no outcome beside their status."""

    RECONCILED = "reconciled"
    NOT_RECONCILED = "not_reconciled"


class Sorting(StrEnum):
    """What became of a petition when it was sorted (phân loại, xử lý đơn).

    Accepted (thụ lý), passed on to who is competent (chuyển đơn), its writer guided to who is
    (hướng dẫn), or filed without action (lưu đơn).
    """

    ACCEPTED = "accepted"
    PASSED_ON = "passed_on"
    GUIDED = "guided"
    FILED = "filed"


def timeliness(due_on: date, closed_on: date) -> Literal["early", "on_time", "late"]:
    """Say whether a case was resolved early, on time or late (columns of Biểu số 06/VPCP/KSTT)."""
    if closed_on < due_on:
        return "early"
    return "on_time" if closed_on == due_on else "late"


class Case(Frozen):
    """The countable state of one case.

    Days are calendar days of Việt Nam; `due_on` is the last good one. A closed case (resolved,
    refused, withdrawn) has `closed_on`, no other has. `paused_on` is the day from which its clock
    stands still because its applicant supplements the file; `due_on` moves when it runs again.
    `sorting` is how a petition was sorted, None of one that was not; what is sorted out in another
    way than `accepted` is closed with it, as refused (decision 0022). `unit` is whose case it is;
    `received_by` is the unit whose one-stop desk took it in, where that is another one.
    """

    unit: UnitId
    procedure: ProcedureCode
    channel: Channel
    received_on: date
    due_on: date
    status: Status
    closed_on: date | None = None
    outcome: Outcome | None = None
    paused_on: date | None = None
    sorting: Sorting | None = None
    neighbourhood: Neighbourhood | None = None
    received_by: UnitId | None = None

    @property
    def overdue_from(self) -> date:
        """The day after the last good one."""
        return self.due_on + timedelta(days=1)

    @property
    def waits_in_time(self) -> bool:
        """Whether the clock stands still since before the case could be overdue."""
        return self.paused_on is not None and self.paused_on <= self.due_on

    def is_overdue(self, today: date) -> bool:
        """Whether it is open and overdue on a day."""
        return self.status is Status.OPEN and self.overdue_from <= today and not self.waits_in_time

    @model_validator(mode="after")
    def _days_agree(self) -> "Case":
        closed = self.status in {Status.RESOLVED, Status.REFUSED, Status.WITHDRAWN}
        if self.status is not Status.CANCELLED and closed != (self.closed_on is not None):
            message = "closed_on belongs to a resolved, refused or withdrawn case and to no other"
            raise ValueError(message)
        if self.due_on < self.received_on:
            message = "due_on must not be before received_on"
            raise ValueError(message)
        if self.closed_on is not None and self.closed_on < self.received_on:
            message = "closed_on must not be before received_on"
            raise ValueError(message)
        if self.paused_on is not None and self.paused_on < self.received_on:
            message = "paused_on must not be before received_on"
            raise ValueError(message)
        return self


class CaseData(Frozen):
    """The payload of a case event: the case as it now is."""

    case: Case


class StepData(CaseData):
    """The payload of a step that only one department's cases take; its day is the event's."""


class CaseCorrectedData(CaseData):
    """The corrected case, the step that was wrong, and which fields of it."""

    corrects: str = Field(max_length=64)
    changed: tuple[str, ...] = Field(min_length=1)


class CaseCancelledData(CaseData):
    """The cancelled case and the last step that no longer holds."""

    corrects: str = Field(max_length=64)


class CaseReceived(Event):
    """A case was received at the one-stop desk, online or by post."""

    type: Literal["case.received"] = "case.received"
    data: CaseData


class CaseResolved(Event):
    """A case was resolved by an act that has no event of its own."""

    type: Literal["case.resolved"] = "case.resolved"
    data: CaseData


class CaseRefused(Event):
    """A case was closed with a refusal, for a reason that the department keeps."""

    type: Literal["case.refused"] = "case.refused"
    data: CaseData


class CaseWithdrawn(Event):
    """The applicant withdrew the case."""

    type: Literal["case.withdrawn"] = "case.withdrawn"
    data: CaseData


class CasePaused(Event):
    """The applicant was asked to supplement the file: the clock of the case stands still."""

    type: Literal["case.paused"] = "case.paused"
    data: CaseData


class CaseResumed(Event):
    """The applicant supplemented the file: the clock runs on, and the due day has moved."""

    type: Literal["case.resumed"] = "case.resumed"
    data: CaseData


class CaseExtended(Event):
    """The time of a case was extended as its law allows, for a reason that the department keeps."""

    type: Literal["case.extended"] = "case.extended"
    data: CaseData


class CaseReappointedData(CaseData):
    """The case, whose due day stays, and the day on which the result is promised now."""

    appointment_on: date


class CaseReappointed(Event):
    """The applicant got a letter of apology and a new day for the result."""

    type: Literal["case.reappointed"] = "case.reappointed"
    data: CaseReappointedData


class CaseReopenedData(CaseData):
    """The case, which is open again, and the day on which it had been closed."""

    ended_on: date


class CaseReopened(Event):
    """A closed case is open again, for a reason that the department keeps; it counts once."""

    type: Literal["case.reopened"] = "case.reopened"
    data: CaseReopenedData


class CaseCorrected(Event):
    """Something recorded about a case was wrong; the payload holds what is right."""

    type: Literal["case.corrected"] = "case.corrected"
    data: CaseCorrectedData


class CaseCancelled(Event):
    """A case was entered by mistake and counts as nothing from now on."""

    type: Literal["case.cancelled"] = "case.cancelled"
    data: CaseCancelledData
