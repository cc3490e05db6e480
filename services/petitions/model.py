"""Decisions of the petitions office: answers, mediation, visits, the reception schedule. Pure."""

from uuid import NAMESPACE_URL, UUID, uuid5

from services.petitions.commands import (
    CorrectVisit,
    ReceiveVisit,
    ResolvePetitionCase,
    SetReceptionSchedule,
)
from services.petitions.mediation import SESSION, conclusion, is_mediation
from services.petitions.sorting import SORTING, reasons
from shared.casework.commands import ResolveCase
from shared.casework.held import Department, Held
from shared.casework.place import unit_id
from shared.casework.reopening import REOPENING
from shared.events import CATALOGUE
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event, event_id, new_event
from shared.events.petitions import (
    ReceptionSchedule,
    ReceptionScheduleData,
    ReceptionScheduleSet,
    Visit,
    VisitCorrected,
    VisitCorrectedData,
    VisitData,
    VisitReceived,
)
from shared.procedures import PROCEDURES
from shared.recorded import Recorded, not_after
from shared.records.model import HeldRecord
from shared.refusal import Refused


def act(held: Held, case: Case, command: ResolveCase) -> tuple[type[Event], CaseData]:
    """Return the event and payload that answer a petition or conclude a mediation."""
    assert isinstance(command, ResolvePetitionCase)
    kind, outcome = CATALOGUE[PROCEDURES[case.procedure].act], command.outcome
    if is_mediation(case.procedure):
        outcome = conclusion(held, outcome)
    elif outcome is not None:
        raise Refused("field_not_of_this", "outcome", procedure=case.procedure)
    return kind, CaseData(case=case.model_copy(update={"outcome": outcome}))


PETITIONS = Department(
    name="petitions",
    resolve_command=ResolvePetitionCase,
    act=act,
    steps=(SORTING, SESSION, REOPENING),
    reasons=reasons,
)


def receive_visit(visit_id: UUID, command: ReceiveVisit, recorded: Recorded) -> Event:
    """Record a visit of one or more citizens."""
    day = command.visited_on or recorded.on
    not_after("visited_on", day, recorded)
    visit = Visit(unit=unit_id(command.unit, day), visited_on=day, visitors=command.visitors)
    return new_event(
        VisitReceived,
        VisitData(visit=visit),
        source=PETITIONS.source,
        subject=visit_id,
        sequence=1,
        occurred_on=day,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def correct_visit(held: HeldRecord | None, command: CorrectVisit, recorded: Recorded) -> Event:
    """Put right what was recorded about a visit; a cancelled one stays so."""
    if held is None:
        raise Refused("unknown_visit", "id", status=404)
    visit = Visit.model_validate(held.state["visit"])
    if visit.cancelled:
        raise Refused("visit_cancelled", status=409)
    wanted = command.model_dump(exclude_none=True, exclude={"reason"})
    after = visit.model_copy(update=wanted)
    changed = [name for name in wanted if getattr(after, name) != getattr(visit, name)]
    if not changed:
        raise Refused("nothing_changes")
    not_after("visited_on", after.visited_on, recorded)
    unit_id(after.unit, after.visited_on)
    return new_event(
        VisitCorrected,
        VisitCorrectedData(visit=after, corrects=event_id(held.id, held.sequence), changed=changed),
        source=PETITIONS.source,
        subject=held.id,
        sequence=held.sequence + 1,
        occurred_on=recorded.on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def schedule_id(unit: str, command: SetReceptionSchedule) -> UUID:
    """Return the identity of a schedule.

    Its unit and its first day, so that setting it again corrects it.
    """
    return uuid5(NAMESPACE_URL, f"wardbook/reception-schedule/{unit}/{command.from_day}")


def set_schedule(
    held: HeldRecord | None, unit: str, command: SetReceptionSchedule, recorded: Recorded
) -> Event:
    """Set the weekly reception day of a unit from a day on (that day may lie ahead)."""
    schedule = ReceptionSchedule(unit=unit, weekday=command.weekday, from_day=command.from_day)
    return new_event(
        ReceptionScheduleSet,
        ReceptionScheduleData(schedule=schedule),
        source=PETITIONS.source,
        subject=schedule_id(unit, command),
        sequence=1 if held is None else held.sequence + 1,
        occurred_on=command.from_day,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )
