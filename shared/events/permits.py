"""What services/permits publishes beside the common case events: acts of building and land."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.events.cases import CaseData, StepData, UnitId
from shared.events.envelope import Event
from shared.frozen import Frozen


class ConstructionPermitGranted(Event):
    """The file of a construction permit was completed, the permit granted (cấp phép xây dựng)."""

    type: Literal["permits.construction_permit.granted"] = "permits.construction_permit.granted"
    data: CaseData


class RepairApplicationApproved(Event):
    """A house or wall may be repaired without change of its state (đơn xin sửa chữa)."""

    type: Literal["permits.repair_application.approved"] = "permits.repair_application.approved"
    data: CaseData


class ConstructionStartNoted(Event):
    """A notice that building starts was taken note of (thông báo khởi công)."""

    type: Literal["permits.construction_start.noted"] = "permits.construction_start.noted"
    data: CaseData


class BoundaryMarked(Event):
    """The boundary of a building site was marked on the ground (định vị mốc giới)."""

    type: Literal["permits.boundary.marked"] = "permits.boundary.marked"
    data: CaseData


class LandFileCompleted(Event):
    """A land file was completed for the land registration office (hồ sơ thủ tục đất đai)."""

    type: Literal["permits.land_file.completed"] = "permits.land_file.completed"
    data: CaseData


class Forwarding(Frozen):
    """A land file at the city's land registration office, from a day until it is back."""

    forwarded_on: date
    back_on: date | None = None


class ForwardingData(StepData):
    """The case, whose time runs on, and where its file was forwarded."""

    forwarding: Forwarding


class LandFileForwarded(Event):
    """A land file was forwarded to the city's land registration office (chuyển hồ sơ)."""

    type: Literal["permits.land_file.forwarded"] = "permits.land_file.forwarded"
    data: ForwardingData


class LandFileCameBack(Event):
    """A land file came back from the city's land registration office (nhận lại hồ sơ)."""

    type: Literal["permits.land_file.came_back"] = "permits.land_file.came_back"
    data: ForwardingData


class Finding(StrEnum):
    """What an inspection of a construction site found."""

    IN_ORDER = "in_order"
    VIOLATION = "violation"


class Inspection(Frozen):
    """An inspection of a construction site, as it now is.

    `of_case` is the permit or repair application that is built under, None where there is none. The
    minutes of a violation (biên bản) have their day, the fine its amount in đồng and its day.
    """

    unit: UnitId
    inspected_on: date
    finding: Finding
    of_case: UUID | None = None
    minutes_on: date | None = None
    fine: int | None = Field(default=None, ge=1, le=1_000_000_000_000)
    fined_on: date | None = None
    cancelled: bool = False


class InspectionData(Frozen):
    """The inspection as it now is."""

    inspection: Inspection


class InspectionCorrectedData(InspectionData):
    """The corrected inspection, the step that was wrong, and which fields of it."""

    corrects: str = Field(max_length=64)
    changed: tuple[str, ...] = Field(min_length=1)


class SiteInspected(Event):
    """A construction site was inspected (kiểm tra trật tự xây dựng)."""

    type: Literal["permits.inspection.recorded"] = "permits.inspection.recorded"
    data: InspectionData


class ViolationMinuted(Event):
    """Minutes of a violation were drawn up (biên bản vi phạm hành chính)."""

    type: Literal["permits.inspection.minuted"] = "permits.inspection.minuted"
    data: InspectionData


class ViolationFined(Event):
    """A violation was fined (quyết định xử phạt)."""

    type: Literal["permits.inspection.fined"] = "permits.inspection.fined"
    data: InspectionData


class InspectionCorrected(Event):
    """An inspection was recorded wrongly, or there was none (`changed` holds `cancelled`)."""

    type: Literal["permits.inspection.corrected"] = "permits.inspection.corrected"
    data: InspectionCorrectedData
