"""Whose a case is, whose desk took it in, in which neighbourhood it arose."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.registry.model import REGISTRY
from shared.casework import model
from shared.casework.commands import CorrectCase, ReceiveCase
from shared.events.cases import Case, CaseCorrectedData, CaseData, Channel
from shared.refusal import Refused
from tests.support.builders import SUBJECT, a_held, recorded

TODAY = date(2025, 7, 14)
OTHER, OF_ANOTHER_PROVINCE = "2025-10532", "2025-00004"


def receive(**said: Any) -> Case:
    """Return a case of phường Hải Dương that was received in the first days of the new units."""
    usual = {"unit": "10525", "procedure": "registry.birth", "channel": Channel.IN_PERSON}
    command = ReceiveCase(**{**usual, **said})
    event = model.receive(REGISTRY, SUBJECT, command, recorded(TODAY))
    assert isinstance(event.data, CaseData)
    return event.data.case


def test_a_case_belongs_to_its_unit_whoever_took_it_in() -> None:
    case = receive(received_by="10532", neighbourhood="tdp-3")
    assert (case.unit, case.received_by, case.neighbourhood) == ("2025-10525", OTHER, "tdp-3")


@pytest.mark.parametrize("own", ["10525", "2025-10525"])
def test_the_own_desk_is_not_told(own: str) -> None:
    assert receive(received_by=own).received_by is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"received_by": "10532", "received_on": date(2025, 6, 30)}, "own_desk_only"),
        ({"received_by": OF_ANOTHER_PROVINCE}, "other_province"),
        ({"received_by": "99999"}, "unknown_unit"),
        ({"received_by": "2004-10525"}, "unit_not_in_force"),
    ],
)
def test_a_desk_that_cannot_be_is_refused(said: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        receive(**said)
    assert [(field, name) for field, name, _ in refusal.value.errors] == [("received_by", rule)]


@pytest.mark.parametrize("name", ["3", "tdp", "tdp-", "tdp-03", "xom-3", "tdp-1000", "Tổ 3"])
def test_a_neighbourhood_is_a_kind_and_a_number(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        receive(neighbourhood=name)
    assert refusal.value.errors()[0]["type"] == "no_neighbourhood"


def correct(case: Case, **said: Any) -> CaseCorrectedData:
    """Return what a correction says of a case."""
    command = CorrectCase(reason="Nhầm", **said)
    event = model.correct(REGISTRY, a_held(case), command, recorded(TODAY))
    assert isinstance(event.data, CaseCorrectedData)
    return event.data


def test_whose_desk_it_was_is_put_right_both_ways() -> None:
    there = correct(receive(), received_by="10532", neighbourhood="kp-1")
    assert (there.case.received_by, sorted(there.changed)) == (
        OTHER,
        ["neighbourhood", "received_by"],
    )
    back = correct(there.case, received_by="10525")
    assert (back.case.received_by, back.changed) == (None, ("received_by",))


def test_a_case_that_is_moved_to_the_desk_that_took_it_in_is_its_own() -> None:
    moved = correct(receive(received_by="10532"), unit="10532")
    assert (moved.case.unit, moved.case.received_by) == (OTHER, None)
