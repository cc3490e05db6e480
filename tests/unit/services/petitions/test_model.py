"""Decisions of the petitions office: answers, mediation, visits, the reception schedule."""

from datetime import date
from typing import Any

import pytest

from services.petitions import model
from services.petitions.commands import (
    CorrectVisit,
    ReceiveVisit,
    ResolvePetitionCase,
    SetReceptionSchedule,
)
from shared.casework.model import resolve
from shared.events.cases import CaseData, Outcome, Status
from shared.events.envelope import Event, event_id
from shared.events.petitions import (
    ReceptionSchedule,
    ReceptionScheduleData,
    Visit,
    VisitCorrectedData,
    VisitData,
    Weekday,
)
from shared.records.model import HeldRecord
from shared.refusal import Refused
from tests.support.builders import DAY, SUBJECT, UNIT, a_case, a_held, at, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
ANSWERED = ["petitions.petition", "petitions.complaint", "petitions.denunciation"]


def answer(procedure: str, outcome: str | None = None) -> Event:
    held = a_held(a_case(procedure=procedure))
    command = ResolvePetitionCase(outcome=Outcome(outcome) if outcome else None)
    return resolve(model.PETITIONS, held, command, recorded())


def a_held_visit(**changes: Any) -> HeldRecord:
    usual = {"unit": UNIT, "visited_on": "2023-11-13", "visitors": 2, "cancelled": False}
    return HeldRecord(
        id=SUBJECT, sequence=2, state={"visit": usual | changes}, recorded_at=at(MONDAY)
    )


def correct(held: HeldRecord | None, **said: Any) -> Event:
    return model.correct_visit(held, CorrectVisit(reason="slip", **said), recorded())


def told(refusal: pytest.ExceptionInfo[Refused]) -> tuple[str, str, int]:
    return refusal.value.rule, refusal.value.field, refusal.value.status


@pytest.mark.parametrize("procedure", ANSWERED)
def test_a_petition_is_answered(procedure: str) -> None:
    event = answer(procedure)

    assert event.type == "petitions.petition.answered"
    assert CaseData(case=a_case(Status.RESOLVED, procedure=procedure)) == event.data


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_mediation_is_concluded_with_its_outcome(outcome: Outcome) -> None:
    event = answer("petitions.mediation", outcome)

    case = a_case(Status.RESOLVED, procedure="petitions.mediation", outcome=outcome)
    assert event.type == "petitions.mediation.concluded"
    assert CaseData(case=case) == event.data


@pytest.mark.parametrize(
    ("procedure", "outcome", "rule"),
    [
        ("petitions.mediation", None, "field_required_here"),
        *((procedure, "reconciled", "field_not_of_this") for procedure in ANSWERED),
    ],
)
def test_an_outcome_belongs_to_a_mediation(procedure: str, outcome: str | None, rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        answer(procedure, outcome)
    assert (rule, "outcome", 422) == told(refusal)


@pytest.mark.parametrize("day", [None, MONDAY, DAY])
def test_a_visit_is_recorded_on_its_day(day: date | None) -> None:
    command = ReceiveVisit(unit="10525", visited_on=day, visitors=3)
    event = model.receive_visit(SUBJECT, command, recorded(migrated=True))

    visit = Visit(unit=UNIT, visited_on=day or DAY, visitors=3)
    assert VisitData(visit=visit) == event.data
    assert ("petitions.visit.received", 1, day or DAY, True) == (
        event.type,
        event.sequence,
        event.occurred_on,
        event.migrated,
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"visited_on": WEDNESDAY}, ("in_the_future", "visited_on", 422)),
        ({"unit": "99999"}, ("unknown_unit", "unit", 422)),
        ({"unit": "2025-10525"}, ("unit_not_in_force", "unit", 422)),
    ],
)
def test_a_visit_is_refused(said: dict[str, Any], expected: tuple[str, str, int]) -> None:
    command = ReceiveVisit(**({"unit": "10525", "visitors": 1} | said))
    with pytest.raises(Refused) as refusal:
        model.receive_visit(SUBJECT, command, recorded())
    assert expected == told(refusal)


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ({"visitors": 5}, {"visitors": 5}),
        ({"visited_on": DAY}, {"visited_on": DAY}),
        ({"visitors": 2, "visited_on": DAY}, {"visited_on": DAY}),
        ({"cancelled": True}, {"cancelled": True}),
    ],
)
def test_a_visit_is_corrected(said: dict[str, Any], changed: dict[str, Any]) -> None:
    event = correct(a_held_visit(), **said)

    usual = {"unit": UNIT, "visited_on": MONDAY, "visitors": 2}
    expected = VisitCorrectedData(
        visit=Visit(**(usual | changed)), corrects=event_id(SUBJECT, 2), changed=tuple(changed)
    )
    assert expected == event.data
    assert (event.type, event.sequence, event.occurred_on) == ("petitions.visit.corrected", 3, DAY)


@pytest.mark.parametrize(
    ("held", "said", "expected"),
    [
        (None, {"visitors": 5}, ("unknown_visit", "id", 404)),
        (a_held_visit(cancelled=True), {"visitors": 5}, ("visit_cancelled", "", 409)),
        (a_held_visit(cancelled=True), {"cancelled": False}, ("visit_cancelled", "", 409)),
        (a_held_visit(), {}, ("nothing_changes", "", 422)),
        (a_held_visit(), {"visitors": 2, "cancelled": False}, ("nothing_changes", "", 422)),
        (a_held_visit(), {"visited_on": WEDNESDAY}, ("in_the_future", "visited_on", 422)),
    ],
)
def test_the_correction_of_a_visit_is_refused(
    held: HeldRecord | None, said: dict[str, Any], expected: tuple[str, str, int]
) -> None:
    with pytest.raises(Refused) as refusal:
        correct(held, **said)
    assert expected == told(refusal)


def test_a_visit_may_not_leave_the_days_of_its_unit() -> None:
    command = CorrectVisit(reason="slip", visited_on=date(2025, 7, 1))
    with pytest.raises(Refused) as refusal:
        model.correct_visit(a_held_visit(), command, recorded(date(2025, 8, 1)))
    assert told(refusal) == ("unit_not_in_force", "unit", 422)


def test_a_reception_day_may_be_set_ahead() -> None:
    command = SetReceptionSchedule(
        unit="10525", weekday=Weekday.THURSDAY, from_day=date(2024, 1, 1)
    )
    event = model.set_schedule(None, UNIT, command, recorded())

    schedule = ReceptionSchedule(unit=UNIT, weekday=Weekday.THURSDAY, from_day=date(2024, 1, 1))
    assert ReceptionScheduleData(schedule=schedule) == event.data
    assert (model.schedule_id(UNIT, command), 1) == (event.subject, event.sequence)


def test_setting_the_same_first_day_again_is_the_next_version_of_the_schedule() -> None:
    first = SetReceptionSchedule(unit="10525", weekday=Weekday.THURSDAY, from_day=DAY)
    again = SetReceptionSchedule(unit="10525", weekday=Weekday.FRIDAY, from_day=DAY)
    other = SetReceptionSchedule(unit="10525", weekday=Weekday.FRIDAY, from_day=WEDNESDAY)
    held = HeldRecord(
        id=model.schedule_id(UNIT, first), sequence=1, state={}, recorded_at=at(MONDAY)
    )
    event = model.set_schedule(held, UNIT, again, recorded())

    assert (held.id, 2) == (event.subject, event.sequence)
    assert held.id != model.schedule_id(UNIT, other)
    assert held.id != model.schedule_id("2004-10528", first)
