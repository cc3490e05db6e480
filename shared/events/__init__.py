"""The catalogue: every event that Wardbook publishes, by its type. Nothing else registers events.

Version rule: a type's payload only ever gains optional fields. Anything else is a new type with the
suffix `.v2`, and readers keep the old one. Golden bytes of each event guard this
(tests/unit/shared/events), and so does a comparison with the checked-in schemas.
"""

from collections.abc import Mapping

from shared.events.cases import (
    CaseCancelled,
    CaseCorrected,
    CaseExtended,
    CasePaused,
    CaseReappointed,
    CaseReceived,
    CaseRefused,
    CaseReopened,
    CaseResolved,
    CaseResumed,
    CaseWithdrawn,
)
from shared.events.envelope import Event
from shared.events.lineage import LineageCorrected
from shared.events.permits import (
    BoundaryMarked,
    ConstructionPermitGranted,
    ConstructionStartNoted,
    InspectionCorrected,
    LandFileCameBack,
    LandFileCompleted,
    LandFileForwarded,
    RepairApplicationApproved,
    SiteInspected,
    ViolationFined,
    ViolationMinuted,
)
from shared.events.petitions import (
    MediationConcluded,
    MediationSessionHeld,
    PetitionAnswered,
    PetitionSorted,
    ReceptionScheduleSet,
    VisitCorrected,
    VisitReceived,
)
from shared.events.registry import (
    BirthRegistered,
    CopyCertified,
    DeathRegistered,
    ElectronicCopyCertified,
    MaritalStatusConfirmed,
    MarriageEnded,
    MarriageRegistered,
    RegisterEntryCancelled,
    RegisterEntryCorrected,
    SignatureCertified,
)
from shared.events.returns import (
    EntryCorrected,
    EntryRecorded,
    ReturnAccepted,
    ReturnCorrected,
    ReturnSentBack,
    ReturnSubmitted,
)

CASE_EVENTS: tuple[type[Event], ...] = (
    CaseReceived,
    CaseResolved,
    CaseRefused,
    CaseWithdrawn,
    CasePaused,
    CaseResumed,
    CaseExtended,
    CaseReappointed,
    CaseReopened,
    CaseCorrected,
    CaseCancelled,
)

PUBLISHED: Mapping[str, tuple[type[Event], ...]] = {
    "registry": (
        *CASE_EVENTS,
        BirthRegistered,
        DeathRegistered,
        MarriageRegistered,
        MaritalStatusConfirmed,
        SignatureCertified,
        CopyCertified,
        ElectronicCopyCertified,
        RegisterEntryCorrected,
        RegisterEntryCancelled,
        MarriageEnded,
    ),
    "permits": (
        *CASE_EVENTS,
        ConstructionPermitGranted,
        RepairApplicationApproved,
        ConstructionStartNoted,
        BoundaryMarked,
        LandFileForwarded,
        LandFileCameBack,
        LandFileCompleted,
        SiteInspected,
        ViolationMinuted,
        ViolationFined,
        InspectionCorrected,
    ),
    "petitions": (
        *CASE_EVENTS,
        PetitionSorted,
        PetitionAnswered,
        MediationSessionHeld,
        MediationConcluded,
        VisitReceived,
        VisitCorrected,
        ReceptionScheduleSet,
    ),
    "returns": (
        ReturnSubmitted,
        ReturnAccepted,
        ReturnSentBack,
        ReturnCorrected,
        EntryRecorded,
        EntryCorrected,
        LineageCorrected,
    ),
}
"""Which events each department service publishes."""

CATALOGUE: Mapping[str, type[Event]] = {
    kind.model_fields["type"].default: kind for kinds in PUBLISHED.values() for kind in kinds
}
"""Every event by its CloudEvents type."""
