"""What services/petitions publishes beside the common case events.

Answers, mediation, citizen reception.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.events.cases import CaseData, UnitId
from shared.events.envelope import Event
from shared.frozen import Frozen


class PetitionAnswered(Event):
    """A petition, complaint or denunciation was answered (giải quyết đơn)."""

    type: Literal["petitions.petition.answered"] = "petitions.petition.answered"
    data: CaseData


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
