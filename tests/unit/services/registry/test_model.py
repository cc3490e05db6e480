"""What resolves a case of the registry: the act of its procedure, and the days it must be told."""

from datetime import date
from typing import Any

import pytest

from services.registry.commands import ResolveRegistryCase
from services.registry.model import REGISTRY
from shared.casework import model
from shared.events.cases import CaseData, Status
from shared.events.envelope import Event
from shared.events.registry import BirthData, DeathData
from shared.procedures import PROCEDURES, procedures_of
from shared.refusal import Refused
from tests.support.builders import DAY, a_case, a_held, recorded

TELLING = {"registry.birth.registered", "registry.death.registered"}
PLAIN = [found.code for found in procedures_of("registry") if found.act not in TELLING]


def resolve(procedure: str, **said: Any) -> Event:
    held = a_held(a_case(procedure=procedure))
    return model.resolve(REGISTRY, held, ResolveRegistryCase(**said), recorded())


@pytest.mark.parametrize("procedure", PLAIN)
def test_a_case_is_resolved_by_the_act_of_its_procedure(procedure: str) -> None:
    event = resolve(procedure)

    assert PROCEDURES[procedure].act == event.type
    assert CaseData(case=a_case(Status.RESOLVED, procedure=procedure)) == event.data


@pytest.mark.parametrize("procedure", ["registry.birth", "registry.birth_reregistration"])
def test_a_birth_is_registered_with_its_day(procedure: str) -> None:
    event = resolve(procedure, born_on=DAY)

    case = a_case(Status.RESOLVED, procedure=procedure)
    assert event.type == "registry.birth.registered"
    assert BirthData(case=case, born_on=DAY) == event.data


@pytest.mark.parametrize("procedure", ["registry.death", "registry.death_reregistration"])
def test_a_death_is_registered_with_its_day(procedure: str) -> None:
    event = resolve(procedure, died_on=DAY)

    case = a_case(Status.RESOLVED, procedure=procedure)
    assert event.type == "registry.death.registered"
    assert DeathData(case=case, died_on=DAY) == event.data


@pytest.mark.parametrize(
    ("procedure", "said", "rule", "field"),
    [
        ("registry.birth", {}, "field_required_here", "born_on"),
        ("registry.birth", {"born_on": date(2023, 11, 15)}, "after_closing", "born_on"),
        ("registry.birth", {"born_on": DAY, "died_on": DAY}, "field_not_of_this", "died_on"),
        ("registry.death", {}, "field_required_here", "died_on"),
        ("registry.death", {"died_on": date(2023, 11, 15)}, "after_closing", "died_on"),
        ("registry.death", {"born_on": DAY, "died_on": DAY}, "field_not_of_this", "born_on"),
        *((procedure, {"born_on": DAY}, "field_not_of_this", "born_on") for procedure in PLAIN),
        *((procedure, {"died_on": DAY}, "field_not_of_this", "died_on") for procedure in PLAIN),
    ],
)
def test_a_resolution_is_refused(
    procedure: str, said: dict[str, Any], rule: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        resolve(procedure, **said)
    assert (rule, field, 422) == (refusal.value.rule, refusal.value.field, refusal.value.status)
