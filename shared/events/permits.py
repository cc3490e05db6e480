"""What services/permits publishes beside the common case events: acts of building and land."""

from typing import Literal

from shared.events.cases import CaseData
from shared.events.envelope import Event


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
