"""One example of every event: the published documents show it, the golden files begin with it.

The values are fixed. Between them the examples use every field, the optional ones too.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from shared.events import CATALOGUE, PUBLISHED
from shared.events.cases import (
    Case,
    CaseCancelledData,
    CaseCorrectedData,
    CaseData,
    CaseReappointedData,
    CaseReopenedData,
    Channel,
    Outcome,
    Sorting,
    Status,
)
from shared.events.envelope import Event, event_id, new_event
from shared.events.examples_of_returns import of_returns
from shared.events.lineage import lineage_id
from shared.events.permits import (
    Finding,
    Forwarding,
    ForwardingData,
    Inspection,
    InspectionCorrectedData,
    InspectionData,
)
from shared.events.petitions import (
    MediationSessionData,
    PetitionSortedData,
    ReceptionSchedule,
    ReceptionScheduleData,
    Session,
    SessionResult,
    Visit,
    VisitCorrectedData,
    VisitData,
    Weekday,
)
from shared.events.registry import (
    BirthData,
    DeathData,
    Ending,
    EntryCancelledData,
    MarriageEndedData,
)
from shared.frozen import Frozen

SUBJECT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
DAY = date(2023, 11, 14)
RECORDED_AT = datetime(2023, 11, 14, 7, 5, 9, 120000, UTC)
UNIT = "2004-10525"
STEP = event_id(SUBJECT, 1)


def _case(procedure: str, status: Status, outcome: Outcome | None = None) -> Case:
    return Case(
        unit=UNIT,
        procedure=procedure,
        channel=Channel.ONLINE,
        received_on=date(2023, 11, 13),
        due_on=DAY,
        status=status,
        closed_on=None if status in {Status.OPEN, Status.CANCELLED} else DAY,
        outcome=outcome,
    )


def _resolved(procedure: str) -> CaseData:
    return CaseData(case=_case(procedure, Status.RESOLVED))


_BIRTH = _case("registry.birth", Status.RESOLVED)
_DEATH = _case("registry.death", Status.RESOLVED)
_VISIT = Visit(unit=UNIT, visited_on=DAY, visitors=2)
_INSPECTION = Inspection(
    unit=UNIT, inspected_on=DAY, finding=Finding.VIOLATION, of_case=UUID(int=SUBJECT.int + 1)
)
_MINUTED = _INSPECTION.model_copy(update={"minutes_on": DAY})
_FINED = _MINUTED.model_copy(update={"fine": 15_000_000, "fined_on": DAY})
_DATA: Mapping[str, Frozen] = {
    "case.received": CaseData(case=_case("registry.birth", Status.OPEN)),
    "case.resolved": _resolved("registry.guardianship"),
    "case.refused": CaseData(case=_case("registry.birth", Status.REFUSED)),
    "case.withdrawn": CaseData(case=_case("registry.birth", Status.WITHDRAWN)),
    "case.paused": CaseData(
        case=_case("registry.birth", Status.OPEN).model_copy(update={"paused_on": DAY})
    ),
    "case.resumed": CaseData(case=_case("registry.birth", Status.OPEN)),
    "case.extended": CaseData(case=_case("registry.civil_status_change", Status.OPEN)),
    "case.reappointed": CaseReappointedData(
        case=_case("registry.birth", Status.OPEN), appointment_on=date(2023, 11, 16)
    ),
    "case.reopened": CaseReopenedData(
        case=_case("registry.guardianship", Status.OPEN), ended_on=date(2023, 11, 13)
    ),
    "case.corrected": CaseCorrectedData(
        case=_BIRTH.model_copy(update={"neighbourhood": "tdp-3", "received_by": "2004-10528"}),
        corrects=STEP,
        changed=("neighbourhood", "received_by"),
    ),
    "case.cancelled": CaseCancelledData(
        case=_case("registry.birth", Status.CANCELLED), corrects=STEP
    ),
    "registry.birth.registered": BirthData(case=_BIRTH, born_on=date(2023, 11, 2)),
    "registry.death.registered": DeathData(case=_DEATH, died_on=date(2023, 11, 9)),
    "registry.marriage.registered": _resolved("registry.marriage"),
    "registry.marital_status.confirmed": _resolved("registry.marital_status"),
    "registry.signature.certified": _resolved("registry.signature_certification"),
    "registry.copy.certified": _resolved("registry.copy_certification"),
    "registry.electronic_copy.certified": _resolved("registry.electronic_certification"),
    "registry.entry.corrected": CaseCorrectedData(
        case=_BIRTH, corrects=STEP, changed=("child.name", "father")
    ),
    "registry.entry.cancelled": EntryCancelledData(case=_BIRTH, corrects=STEP),
    "registry.marriage.ended": MarriageEndedData(
        case=_case("registry.marriage", Status.RESOLVED), ending=Ending.DIVORCE
    ),
    "permits.construction_permit.granted": _resolved("permits.construction_permit"),
    "permits.repair_application.approved": _resolved("permits.repair_application"),
    "permits.construction_start.noted": _resolved("permits.construction_start"),
    "permits.boundary.marked": _resolved("permits.boundary_marking"),
    "permits.land_file.forwarded": ForwardingData(
        case=_case("permits.land_transfer", Status.OPEN), forwarding=Forwarding(forwarded_on=DAY)
    ),
    "permits.land_file.came_back": ForwardingData(
        case=_case("permits.land_transfer", Status.OPEN),
        forwarding=Forwarding(forwarded_on=date(2023, 11, 13), back_on=DAY),
    ),
    "permits.inspection.recorded": InspectionData(inspection=_INSPECTION),
    "permits.inspection.minuted": InspectionData(inspection=_MINUTED),
    "permits.inspection.fined": InspectionData(inspection=_FINED),
    "permits.inspection.corrected": InspectionCorrectedData(
        inspection=_FINED.model_copy(update={"cancelled": True}),
        corrects=STEP,
        changed=("cancelled",),
    ),
    "permits.land_file.completed": _resolved("permits.land_file"),
    "petitions.petition.sorted": PetitionSortedData(
        case=_case("petitions.complaint", Status.REFUSED).model_copy(
            update={"sorting": Sorting.PASSED_ON}
        ),
        passed_to="land_registration_office",
    ),
    "petitions.petition.answered": _resolved("petitions.complaint"),
    "petitions.mediation_session.held": MediationSessionData(
        case=_case("petitions.mediation", Status.OPEN),
        session=Session(held_on=DAY, result=SessionResult.POSTPONED, team="residents_group_1"),
    ),
    "petitions.mediation.concluded": CaseData(
        case=_case("petitions.mediation", Status.RESOLVED, Outcome.RECONCILED)
    ),
    "petitions.visit.received": VisitData(visit=_VISIT),
    "petitions.visit.corrected": VisitCorrectedData(
        visit=_VISIT.model_copy(update={"cancelled": True}), corrects=STEP, changed=("cancelled",)
    ),
    "petitions.reception_schedule.set": ReceptionScheduleData(
        schedule=ReceptionSchedule(unit=UNIT, weekday=Weekday.TUESDAY, from_day=DAY)
    ),
    **of_returns(UNIT, DAY, STEP),
}
_SUBJECTS = {"returns.lineage.corrected": lineage_id("2004-10528")}


def _example(name: str, kind: type[Event]) -> Event:
    service = next(service for service, kinds in PUBLISHED.items() if kind in kinds)
    first = name.endswith((".received", ".submitted", ".accepted", ".recorded", ".set"))
    return new_event(
        kind,
        _DATA[name],
        source=f"/wardbook/{service}",
        subject=_SUBJECTS.get(name, SUBJECT),
        sequence=1 if first else 2,
        occurred_on=DAY,
        recorded_at=RECORDED_AT,
        migrated=name == "case.resolved",
    )


EXAMPLES: Mapping[str, Event] = {name: _example(name, kind) for name, kind in CATALOGUE.items()}
"""An example of every event in the catalogue, by its type."""
