"""Land files at the city's land registration office, and back."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.permits.commands import ForwardFile, ResolvePermitCase, TakeBackFile
from services.permits.land import forward, reasons, take_back
from services.permits.model import PERMITS
from shared.casework.clock import pause
from shared.casework.commands import PauseCase, RefuseCase, WithdrawCase
from shared.casework.held import Held
from shared.casework.model import refuse, resolve, withdraw
from shared.events.cases import Case, Status
from shared.events.envelope import Event
from shared.events.permits import Forwarding, ForwardingData
from shared.procedures import PROCEDURES
from shared.refusal import Refused
from tests.support.builders import DAY, a_case, a_held, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
KINDS = [
    "permits.land_file",
    "permits.land_transfer",
    "permits.land_split",
    "permits.land_exchange",
    "permits.land_assets",
]


def a_file(procedure: str = "permits.land_transfer", **changes: Any) -> Case:
    return a_case(procedure=procedure, due_on=date(2023, 11, 27), **changes)


AWAY = a_held(a_file(), 2, {"forwarding": {"forwarded_on": DAY.isoformat()}}, stepped_on=(DAY,))
BACK = a_held(
    a_file(),
    3,
    {"forwarding": {"forwarded_on": MONDAY.isoformat(), "back_on": DAY.isoformat()}},
    stepped_on=(MONDAY, DAY),
)


def forwarded(held: Held, day: date | None = DAY) -> Event:
    return forward(PERMITS, held, ForwardFile(forwarded_on=day), recorded(WEDNESDAY))


def taken_back(held: Held, day: date | None = WEDNESDAY) -> Event:
    return take_back(PERMITS, held, TakeBackFile(back_on=day), recorded(WEDNESDAY))


@pytest.mark.parametrize("procedure", KINDS)
def test_a_land_file_is_forwarded_and_its_time_runs_on(procedure: str) -> None:
    event = forwarded(a_held(a_file(procedure)))

    expected = ForwardingData(case=a_file(procedure), forwarding=Forwarding(forwarded_on=DAY))
    assert (event.type, event.data) == ("permits.land_file.forwarded", expected)


def test_it_comes_back() -> None:
    event = taken_back(AWAY)

    expected = Forwarding(forwarded_on=DAY, back_on=WEDNESDAY)
    assert event.data == ForwardingData(case=a_file(), forwarding=expected)
    assert event.type == "permits.land_file.came_back"


def test_it_may_be_forwarded_again() -> None:
    assert forwarded(BACK).sequence == 4


@pytest.mark.parametrize("procedure", KINDS)
def test_every_kind_is_resolved_by_the_completion_of_its_file(procedure: str) -> None:
    event = resolve(PERMITS, a_held(a_file(procedure)), ResolvePermitCase(), recorded())

    assert event.type == "permits.land_file.completed"


CLOSINGS: dict[str, Callable[[Held], Event]] = {
    "resolved": lambda held: resolve(PERMITS, held, ResolvePermitCase(), recorded(WEDNESDAY)),
    "refused": lambda held: refuse(PERMITS, held, RefuseCase(reason="-"), recorded(WEDNESDAY)),
    "withdrawn": lambda held: withdraw(PERMITS, held, WithdrawCase(), recorded(WEDNESDAY)),
    "paused": lambda held: pause(PERMITS, held, PauseCase(reason="-"), recorded(WEDNESDAY)),
}


@pytest.mark.parametrize("close", CLOSINGS.values(), ids=CLOSINGS)
def test_a_file_that_is_away_is_neither_closed_nor_paused(close: Callable[[Held], Event]) -> None:
    with pytest.raises(Refused) as refusal:
        close(AWAY)
    assert (refusal.value.rule, refusal.value.status) == ("case_away", 409)
    assert close(BACK).sequence == 4


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (
            lambda: forwarded(a_held(a_case(procedure="permits.repair_application"))),
            "no_forwarding",
        ),
        (lambda: forwarded(AWAY, WEDNESDAY), "case_away"),
        (lambda: forwarded(BACK, MONDAY), "before_step"),
        (lambda: forwarded(a_held(a_file()), date(2023, 11, 16)), "in_the_future"),
        (lambda: forwarded(a_held(a_file(), paused_on=(DAY,))), "case_paused"),
        (lambda: forwarded(a_held(a_file(status=Status.RESOLVED, closed_on=DAY))), "case_closed"),
        (lambda: taken_back(a_held(a_file())), "not_forwarded"),
        (lambda: taken_back(BACK), "not_forwarded"),
        (lambda: taken_back(AWAY, MONDAY), "before_step"),
    ],
)
def test_a_step_out_of_order_is_refused(step: Callable[[], Event], rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        step()
    assert refusal.value.rule == rule


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (a_held(a_file()), []),
        (AWAY, [(DAY, "why_forwarded")]),
        (BACK, [(DAY, "why_came_back")]),
    ],
)
def test_why_tells_where_it_is(held: Held, told: list[tuple[date, str]]) -> None:
    version = PROCEDURES["permits.land_transfer"].versions[0]

    assert [(one.day, one.rule) for one in reasons(version, held, WEDNESDAY)] == told
