"""Decisions about inspections of construction sites: findings, minutes, fines. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.permits.commands import (
    CorrectInspection,
    RecordFine,
    RecordInspection,
    RecordMinutes,
)
from services.permits.model import PERMITS
from services.permits.named import PERMIT, is_of
from shared.casework.held import Held
from shared.casework.place import unit_id
from shared.events.cases import Status
from shared.events.envelope import Event, event_id, new_event
from shared.events.permits import (
    Finding,
    Inspection,
    InspectionCorrected,
    InspectionCorrectedData,
    InspectionData,
    SiteInspected,
    ViolationFined,
    ViolationMinuted,
)
from shared.recorded import Recorded, not_after
from shared.records.model import HeldRecord
from shared.refusal import Refused

INSPECTED = (PERMIT, "permits.repair_application")
"""Procedures under whose cases somebody builds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInspection:
    """What is held of an inspection, None before it is recorded, and of the case it is of."""

    record: HeldRecord | None
    of: Held | None
    recorded_at: datetime

    @property
    def unit(self) -> str | None:
        """The unit that it is of; None before it is recorded."""
        return None if self.record is None else self.record.unit


def record(
    id_: UUID, held: HeldInspection | None, command: RecordInspection, recorded: Recorded
) -> Event:
    """Record an inspection, of a site that is built on under a case or under none."""
    day = command.inspected_on or recorded.on
    inspection = Inspection(
        unit=unit_id(command.unit, day),
        inspected_on=day,
        finding=command.finding,
        of_case=command.case,
    )
    of = held.of if held else None
    if command.case is not None:
        _check_case(inspection, of)
    _check_days(inspection, of, recorded)
    return _event(SiteInspected, InspectionData(inspection=inspection), id_, 1, recorded)


def minute(held: HeldInspection | None, command: RecordMinutes, recorded: Recorded) -> Event:
    """Record the minutes of a violation, once."""
    now, id_, sequence = _open(held)
    if now.minutes_on is not None:
        raise Refused("minuted_already", status=409, day=now.minutes_on)
    after = now.model_copy(update={"minutes_on": command.minutes_on or recorded.on})
    _check_days(after, None, recorded)
    data = InspectionData(inspection=after)
    return _event(ViolationMinuted, data, id_, sequence + 1, recorded)


def fine(held: HeldInspection | None, command: RecordFine, recorded: Recorded) -> Event:
    """Record the fine of a violation of which there are minutes, once."""
    now, id_, sequence = _open(held)
    if now.fined_on is not None:
        raise Refused("fined_already", status=409, day=now.fined_on)
    told = {"fine": command.fine, "fined_on": command.fined_on or recorded.on}
    after = now.model_copy(update=told)
    _check_days(after, None, recorded)
    return _event(ViolationFined, InspectionData(inspection=after), id_, sequence + 1, recorded)


def correct(held: HeldInspection | None, command: CorrectInspection, recorded: Recorded) -> Event:
    """Put right what was recorded about an inspection; a cancelled one stays so."""
    now, id_, sequence = _open(held)
    wanted = command.model_dump(exclude_none=True, exclude={"reason"})
    if wanted.get("finding") is Finding.IN_ORDER:
        wanted = {"minutes_on": None, "fine": None, "fined_on": None, **wanted}
    after = now.model_copy(update=wanted)
    changed = [name for name in wanted if getattr(after, name) != getattr(now, name)]
    if not changed:
        raise Refused("nothing_changes")
    unit_id(after.unit, after.inspected_on)
    _check_days(after, held.of if held else None, recorded)
    data = InspectionCorrectedData(
        inspection=after, corrects=event_id(id_, sequence), changed=changed
    )
    return _event(InspectionCorrected, data, id_, sequence + 1, recorded)


def _open(held: HeldInspection | None) -> tuple[Inspection, UUID, int]:
    """Return an inspection that was not cancelled, its id and its version."""
    if held is None or held.record is None:
        raise Refused("unknown_inspection", "id", status=404)
    inspection = Inspection.model_validate(held.record.state["inspection"])
    if inspection.cancelled:
        raise Refused("inspection_cancelled", status=409)
    return inspection, held.record.id, held.record.sequence


def _check_case(inspection: Inspection, of: Held | None) -> None:
    if of is None or of.case.procedure not in INSPECTED or of.case.status is Status.CANCELLED:
        raise Refused("not_inspected", "case")
    if not is_of(inspection.unit, of.case):
        raise Refused("permit_of_other_unit", "case", unit=of.case.unit)


def _check_days(inspection: Inspection, of: Held | None, recorded: Recorded) -> None:
    """Refuse what cannot be: the order is inspection, minutes, fine, and only of a violation."""
    not_after("inspected_on", inspection.inspected_on, recorded)
    if of is not None and inspection.inspected_on < of.case.received_on:
        raise Refused("before_received", "inspected_on", received_on=of.case.received_on)
    minutes_on, fined_on = inspection.minutes_on, inspection.fined_on
    if minutes_on is not None:
        if inspection.finding is not Finding.VIOLATION:
            raise Refused("no_violation", "minutes_on")
        not_after("minutes_on", minutes_on, recorded)
        if minutes_on < inspection.inspected_on:
            raise Refused("before_step", "minutes_on", day=inspection.inspected_on)
    if (inspection.fine is None) != (fined_on is None):
        raise Refused("fine_incomplete", "fine")
    if fined_on is not None:
        if minutes_on is None:
            raise Refused("no_minutes", "fined_on")
        not_after("fined_on", fined_on, recorded)
        if fined_on < minutes_on:
            raise Refused("before_step", "fined_on", day=minutes_on)


def _event(
    kind: type[Event], data: InspectionData, id_: UUID, sequence: int, recorded: Recorded
) -> Event:
    told = data.inspection
    day = {
        SiteInspected: told.inspected_on,
        ViolationMinuted: told.minutes_on,
        ViolationFined: told.fined_on,
    }.get(kind)
    return new_event(
        kind,
        data,
        source=PERMITS.source,
        subject=id_,
        sequence=sequence,
        occurred_on=day or recorded.on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )
