"""What services/petitions publishes beside the common case events.

Answers, mediation, citizen reception.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.events.cases import CaseData, StepData, UnitId
from shared.events.envelope import Event
from shared.frozen import Frozen

Code = Annotated[str, Field(pattern=r"^[a-z_]+[0-9]{0,2}$", max_length=32)]
"""A code of a list that the office keeps as data: no number of a person fits in."""


class PetitionSortedData(StepData):
    """The petition, whose `sorting` says how it was sorted, and to which authority it went."""

    passed_to: Code | None = None


class PetitionSorted(Event):
    """A petition, complaint or denunciation was sorted (phân loại, xử lý đơn)."""

    type: Literal["petitions.petition.sorted"] = "petitions.petition.sorted"
    data: PetitionSortedData


class PetitionAnswered(Event):
    """A petition, complaint or denunciation was answered (giải quyết đơn)."""

    type: Literal["petitions.petition.answered"] = "petitions.petition.answered"
    data: CaseData


class SessionResult(StrEnum):
    """How a session of a mediation ended."""

    RECONCILED = "reconciled"
    NOT_RECONCILED = "not_reconciled"
    POSTPONED = "postponed"


class Session(Frozen):
    """A session of a mediation; `team` is the code of the mediation team (tổ hòa giải)."""

    held_on: date
    result: SessionResult
    team: Code | None = None


class MediationSessionData(StepData):
    """The case, which a session does not close, and the session."""

    session: Session


class MediationSessionHeld(Event):
    """A session of a mediation was held or postponed (phiên hòa giải)."""

    type: Literal["petitions.mediation_session.held"] = "petitions.mediation_session.held"
    data: MediationSessionData


class MediationConcluded(Event):
    """A mediation ended, reconciled or not: the case's outcome says which (hòa giải)."""

    type: Literal["petitions.mediation.concluded"] = "petitions.mediation.concluded"
    data: CaseData


class Visit(Frozen):
    """A reception of citizens: how many people were received together on one day.

    None if cancelled.
    """

    unit: UnitId
    visited_on: date
    visitors: int = Field(ge=1, le=1000)
    cancelled: bool = False


class VisitData(Frozen):
    """The visit as it now is."""

    visit: Visit


class VisitCorrectedData(VisitData):
    """The corrected visit, the step that was wrong, and which fields of it."""

    corrects: str = Field(max_length=64)
    changed: tuple[str, ...] = Field(min_length=1)


class VisitReceived(Event):
    """Citizens were received (tiếp công dân)."""

    type: Literal["petitions.visit.received"] = "petitions.visit.received"
    data: VisitData


class VisitCorrected(Event):
    """A visit was recorded wrongly, or never took place (`changed` holds `cancelled`)."""

    type: Literal["petitions.visit.corrected"] = "petitions.visit.corrected"
    data: VisitCorrectedData


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class ReceptionSchedule(Frozen):
    """On which day of every week the head of the ward receives citizens, from a day on."""

    unit: UnitId
    weekday: Weekday
    from_day: date


class ReceptionScheduleData(Frozen):
    """The schedule that holds from its day on."""

    schedule: ReceptionSchedule


class ReceptionScheduleSet(Event):
    """The weekly reception day was set (lịch tiếp công dân)."""

    type: Literal["petitions.reception_schedule.set"] = "petitions.reception_schedule.set"
    data: ReceptionScheduleData
