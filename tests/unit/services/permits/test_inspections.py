"""Inspections of construction sites: findings, minutes, fines, and what they count as."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.permits import inspections
from services.permits.commands import (
    CorrectInspection,
    RecordFine,
    RecordInspection,
    RecordMinutes,
)
from services.permits.inspections import HeldInspection
from services.reporting.projections.contributions import contributions
from shared.casework.held import Held
from shared.events.cases import Status
from shared.events.envelope import Event, event_id
from shared.events.permits import (
    Finding,
    Inspection,
    InspectionCorrectedData,
    InspectionData,
)
from shared.records.model import HeldRecord
from shared.refusal import Refused
from tests.support.builders import DAY, SUBJECT, UNIT, a_case, a_held, at, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
SUNDAY = date(2023, 11, 12)
ID = UUID(int=7)
SITE = a_case(procedure="permits.construction_permit")


def an_inspection(**changes: Any) -> Inspection:
    usual = {"unit": UNIT, "inspected_on": DAY, "finding": Finding.VIOLATION}
    return Inspection(**(usual | changes))


MINUTED = an_inspection(minutes_on=DAY)
FINED = an_inspection(minutes_on=DAY, fine=15_000_000, fined_on=WEDNESDAY)


def held(inspection: Inspection | None, of: Held | None = None) -> HeldInspection:
    record = None
    if inspection is not None:
        state = InspectionData(inspection=inspection).model_dump(mode="json")
        record = HeldRecord(id=SUBJECT, sequence=2, state=state, recorded_at=at(MONDAY))
    return HeldInspection(record=record, of=of, recorded_at=at(MONDAY))


def inspect(of: Held | None = None, **said: Any) -> Event:
    command = RecordInspection(**({"unit": "10525", "finding": "violation"} | said))
    return inspections.record(SUBJECT, held(None, of), command, recorded(WEDNESDAY))


def minute(now: Inspection | None, day: date | None = None) -> Event:
    command = RecordMinutes(minutes_on=day)
    return inspections.minute(held(now), command, recorded(WEDNESDAY))


def fine(now: Inspection, day: date | None = None) -> Event:
    command = RecordFine(fine=15_000_000, fined_on=day)
    return inspections.fine(held(now), command, recorded(WEDNESDAY))


def correct(now: Inspection, **said: Any) -> Event:
    command = CorrectInspection(reason="Ghi nhầm", **said)
    return inspections.correct(held(now, a_held(SITE)), command, recorded(WEDNESDAY))


def counted(event: Event) -> dict[str, int]:
    return {one.series.measure: one.amount for one in contributions(event)}


@pytest.mark.parametrize("procedure", ["permits.construction_permit", "permits.repair_application"])
@pytest.mark.parametrize("finding", list(Finding))
def test_a_site_is_inspected(procedure: str, finding: Finding) -> None:
    of = a_held(a_case(procedure=procedure))
    event = inspect(of, finding=finding, case=ID, inspected_on=DAY)

    assert event.data == InspectionData(inspection=an_inspection(finding=finding, of_case=ID))
    assert (event.type, event.occurred_on) == ("permits.inspection.recorded", DAY)
    assert counted(event) == {"inspected": 1}


def test_one_that_is_built_on_without_a_permit_is_too() -> None:
    assert inspect().data == InspectionData(inspection=an_inspection(inspected_on=WEDNESDAY))


def test_minutes_and_fine_follow_a_violation() -> None:
    minuted, fined = minute(an_inspection(), DAY), fine(MINUTED)

    assert minuted.data == InspectionData(inspection=MINUTED)
    assert (minuted.type, minuted.occurred_on) == ("permits.inspection.minuted", DAY)
    assert fined.data == InspectionData(inspection=FINED)
    assert (fined.type, fined.occurred_on) == ("permits.inspection.fined", WEDNESDAY)
    assert counted(fined) == {"inspected": 1, "fined": 15_000_000}


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ({"fine": 20_000_000}, {"fine": 20_000_000}),
        ({"inspected_on": MONDAY}, {"inspected_on": MONDAY}),
        (
            {"finding": "in_order"},
            {"finding": Finding.IN_ORDER, "minutes_on": None, "fine": None, "fined_on": None},
        ),
        ({"cancelled": True}, {"cancelled": True}),
    ],
)
def test_it_is_corrected(said: dict[str, Any], after: dict[str, Any]) -> None:
    event = correct(FINED, **said)

    assert isinstance(event.data, InspectionCorrectedData)
    assert event.data.inspection == FINED.model_copy(update=after)
    assert set(event.data.changed) == set(after)
    assert event.data.corrects == event_id(SUBJECT, 2)
    if "cancelled" in said:
        assert counted(event) == {}


@pytest.mark.parametrize(
    ("of", "said", "rule"),
    [
        (None, {"case": ID}, "not_inspected"),
        (a_held(a_case(procedure="permits.land_file")), {"case": ID}, "not_inspected"),
        (
            a_held(a_case(Status.CANCELLED, procedure="permits.construction_permit")),
            {"case": ID},
            "not_inspected",
        ),
        (a_held(SITE), {"case": ID, "unit": "10528"}, "permit_of_other_unit"),
        (a_held(SITE), {"case": ID, "inspected_on": SUNDAY}, "before_received"),
        (None, {"inspected_on": date(2023, 11, 16)}, "in_the_future"),
        (None, {"unit": "99999"}, "unknown_unit"),
    ],
)
def test_an_inspection_is_refused(of: Held | None, said: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        inspect(of, **said)
    assert refusal.value.rule == rule


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (lambda: minute(None), "unknown_inspection"),
        (lambda: minute(an_inspection(cancelled=True)), "inspection_cancelled"),
        (lambda: minute(an_inspection(finding=Finding.IN_ORDER)), "no_violation"),
        (lambda: minute(MINUTED), "minuted_already"),
        (lambda: minute(an_inspection(), MONDAY), "before_step"),
        (lambda: minute(an_inspection(), date(2023, 11, 16)), "in_the_future"),
        (lambda: fine(an_inspection()), "no_minutes"),
        (lambda: fine(FINED), "fined_already"),
        (lambda: fine(MINUTED, MONDAY), "before_step"),
        (lambda: fine(MINUTED, date(2023, 11, 16)), "in_the_future"),
        (lambda: correct(FINED), "nothing_changes"),
        (lambda: correct(FINED, inspected_on=WEDNESDAY), "before_step"),
        (lambda: correct(FINED, inspected_on=SUNDAY), "before_received"),
        (lambda: correct(MINUTED, fine=1), "fine_incomplete"),
        (lambda: correct(an_inspection(), fine=1, fined_on=DAY), "no_minutes"),
        (lambda: correct(an_inspection(cancelled=True), cancelled=False), "inspection_cancelled"),
    ],
)
def test_a_step_out_of_order_is_refused(step: Any, rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        step()
    assert refusal.value.rule == rule
