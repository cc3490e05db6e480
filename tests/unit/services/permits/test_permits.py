"""Which permit a notice of a start or a marking names, and what is refused."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.permits.commands import ResolvePermitCase
from services.permits.model import PERMITS
from services.permits.named import MARKING, PERMIT, START, HeldWithPermit
from shared.casework.files.columns import form_of
from shared.casework.held import Held
from shared.casework.model import resolve
from shared.events.cases import Case, CaseData, Status
from shared.events.envelope import Event
from shared.refusal import Refused
from tests.support.builders import DAY, SUBJECT, a_case, a_held, at, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
ID = UUID(int=7)


def a_permit(status: Status = Status.RESOLVED, **changes: Any) -> Case:
    return a_case(status, **({"procedure": PERMIT} | changes))


def note(granted: Case | None, /, *, case: Case | None = None, **said: Any) -> Event:
    """Resolve a notice, or another case, on the Wednesday, as of the permit in the database."""
    told = case or a_case(procedure=START, due_on=WEDNESDAY)
    held = HeldWithPermit(
        id=SUBJECT,
        sequence=1,
        case=told,
        recorded_at=at(MONDAY),
        permit=None if granted is None else a_held(granted),
    )
    return resolve(PERMITS, held, ResolvePermitCase(**said), recorded(WEDNESDAY))


@pytest.mark.parametrize("procedure", [START, MARKING])
@pytest.mark.parametrize("said", [{"permit": ID}, {"permit_number": "12/GPXD"}])
def test_a_notice_or_marking_names_its_permit(procedure: str, said: dict[str, Any]) -> None:
    case = a_case(procedure=procedure, due_on=WEDNESDAY)
    event = note(a_permit(), case=case, **said)

    closed = case.model_copy(update={"status": Status.RESOLVED, "closed_on": WEDNESDAY})
    assert CaseData(case=closed) == event.data


def test_what_is_named_stays_in_the_office() -> None:
    told = ResolvePermitCase(permit_number="12/GPXD", starts_on=WEDNESDAY).particulars

    assert told.model_dump(mode="json", exclude_none=True) == {
        "permit_number": "12/GPXD",
        "starts_on": "2023-11-15",
    }


@pytest.mark.parametrize(
    ("permit", "said", "rule", "field"),
    [
        (None, {}, "permit_missing", "permit"),
        (None, {"permit": ID}, "unknown_permit", "permit"),
        (a_permit(procedure="permits.land_file"), {"permit": ID}, "unknown_permit", "permit"),
        (a_permit(), {"permit": ID, "permit_number": "1"}, "permit_twice", "permit_number"),
        (a_permit(Status.CANCELLED), {"permit": ID}, "permit_cancelled", "permit"),
        *(
            (a_permit(status), {"permit": ID}, "permit_not_granted", "permit")
            for status in (Status.OPEN, Status.REFUSED, Status.WITHDRAWN)
        ),
        (a_permit(unit="2004-10528"), {"permit": ID}, "permit_of_other_unit", "permit"),
        (a_permit(), {"permit": ID, "starts_on": MONDAY}, "before_grant", "starts_on"),
    ],
)
def test_a_notice_is_refused(
    permit: Case | None, said: dict[str, Any], rule: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        note(permit, **said)
    assert (rule, field) == (refusal.value.rule, refusal.value.field)


def test_building_may_start_on_the_day_of_the_grant_and_later_than_its_notice() -> None:
    for day in (DAY, date(2023, 12, 1)):
        assert note(a_permit(), permit=ID, starts_on=day).type == "permits.construction_start.noted"


def test_a_boundary_is_not_marked_before_the_grant() -> None:
    case = a_case(procedure=MARKING, due_on=WEDNESDAY)
    with pytest.raises(Refused) as refusal:
        note(a_permit(), case=case, permit=ID, closed_on=MONDAY)
    assert (refusal.value.rule, refusal.value.field) == ("before_grant", "closed_on")


def test_the_permit_of_a_unit_that_ended_holds_for_the_one_that_took_over() -> None:
    july = date(2025, 7, 2)
    days: dict[str, Any] = {"received_on": july, "due_on": july}
    held = HeldWithPermit(
        id=SUBJECT,
        sequence=1,
        case=a_case(procedure=START, unit="2025-10525", **days),
        recorded_at=at(july),
        permit=a_held(a_permit()),
    )

    event = resolve(PERMITS, held, ResolvePermitCase(permit=ID), recorded(july))
    assert event.type == "permits.construction_start.noted"


@pytest.mark.parametrize(
    ("procedure", "said", "field"),
    [
        (PERMIT, {"permit": ID}, "permit"),
        ("permits.repair_application", {"permit_number": "1"}, "permit"),
        (MARKING, {"permit": ID, "starts_on": WEDNESDAY}, "starts_on"),
    ],
)
def test_other_cases_name_none(procedure: str, said: dict[str, Any], field: str) -> None:
    case = a_case(procedure=procedure, due_on=WEDNESDAY)
    with pytest.raises(Refused) as refusal:
        note(a_permit(), case=case, **said)
    assert (refusal.value.rule, refusal.value.field) == ("field_not_of_this", field)


def test_a_row_of_a_file_that_could_not_look_a_permit_up_finds_none() -> None:
    held: Held = a_held(a_case(procedure=START))
    with pytest.raises(Refused, match="no such case"):
        resolve(PERMITS, held, ResolvePermitCase(permit=ID), recorded())


def test_a_register_names_permits_by_their_numbers_alone() -> None:
    fields = form_of(PERMITS).fields

    assert {"permit_number", "starts_on"} <= set(fields)
    assert "permit" not in fields
