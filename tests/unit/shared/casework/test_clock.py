"""The clock of a case: what stops it and lets it run, and what is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.petitions.model import PETITIONS
from services.registry.model import REGISTRY
from shared.casework import clock, model
from shared.casework.commands import (
    CorrectCase,
    ExtendCase,
    PauseCase,
    ReappointCase,
    RefuseCase,
    ResumeCase,
)
from shared.casework.held import Held
from shared.events.cases import Case, CaseData, CaseReappointedData, Status
from shared.events.envelope import Event
from shared.refusal import Refused
from tests.support.builders import DAY, a_case, a_held, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
THURSDAY, FRIDAY = date(2023, 11, 16), date(2023, 11, 17)
STATUS = a_case(procedure="registry.marital_status", received_on=MONDAY, due_on=THURSDAY)
COMPLAINT = a_case(procedure="petitions.complaint", received_on=MONDAY, due_on=date(2023, 12, 13))
WAITING = a_held(STATUS.model_copy(update={"paused_on": DAY}), 2, paused_on=(DAY,))
RESUMED = a_held(STATUS, 3, paused_on=(MONDAY,), resumed_on=(DAY,))


def pause(held: Held, day: date | None = None) -> Event:
    command = PauseCase(paused_on=day, reason="Thiếu giấy tờ")
    return clock.pause(REGISTRY, held, command, recorded(FRIDAY))


def resume(held: Held, day: date | None = None) -> Event:
    return clock.resume(REGISTRY, held, ResumeCase(resumed_on=day), recorded(FRIDAY))


def extend(held: Held, days: int = 15, day: date | None = DAY) -> Event:
    command = ExtendCase(days=days, decided_on=day, reason="Vụ việc phức tạp")
    return clock.extend(PETITIONS, held, command, recorded(FRIDAY))


def reappoint(held: Held, day: date) -> Event:
    command = ReappointCase(appointment_on=day, reason="Xác minh chưa xong")
    return clock.reappoint(REGISTRY, held, command, recorded(FRIDAY))


def case_of(event: Event) -> Case:
    assert isinstance(event.data, CaseData)
    return event.data.case


def test_a_pause_says_from_when_and_moves_nothing_yet() -> None:
    event = pause(a_held(STATUS, 1), DAY)

    assert (event.type, event.sequence, event.occurred_on) == ("case.paused", 2, DAY)
    assert case_of(event) == STATUS.model_copy(update={"paused_on": DAY})


def test_a_resumption_moves_the_due_day_by_the_days_without_a_clock() -> None:
    """Monday; paused from Tuesday until Friday: Friday, Monday and Tuesday are the three days."""
    event = resume(WAITING)

    assert (event.type, event.occurred_on) == ("case.resumed", FRIDAY)
    assert case_of(event) == STATUS.model_copy(update={"due_on": date(2023, 11, 21)})


def test_an_extension_gives_days_of_the_procedures_kind() -> None:
    event = extend(a_held(COMPLAINT, 1))

    assert case_of(event).due_on == date(2023, 12, 28)


def test_an_apology_leaves_the_due_day() -> None:
    event = reappoint(a_held(STATUS, 1), date(2023, 11, 22))

    assert isinstance(event.data, CaseReappointedData)
    assert (event.data.case, event.data.appointment_on) == (STATUS, date(2023, 11, 22))


def test_a_case_that_waits_may_be_refused_and_counts_as_waiting_until_then() -> None:
    command = RefuseCase(reason="Không bổ sung")
    event = model.refuse(REGISTRY, WAITING, command, recorded(FRIDAY))

    assert (case_of(event).status, case_of(event).paused_on) == (Status.REFUSED, DAY)


def test_a_corrected_day_of_receipt_leaves_the_due_day_that_was_told() -> None:
    command = CorrectCase(received_on=DAY, reason="Ghi nhầm ngày")
    event = model.correct(REGISTRY, a_held(STATUS, 1), command, recorded(FRIDAY))

    assert case_of(event).due_on == THURSDAY
    assert set(event.data.changed) == {"received_on"}


def _late() -> Held:
    return a_held(COMPLAINT.model_copy(update={"due_on": MONDAY}))


REFUSALS: list[tuple[Callable[[], Any], str, str, int]] = [
    (lambda: pause(a_held(a_case(Status.RESOLVED))), "case_closed", "", 409),
    (lambda: pause(WAITING), "case_paused", "", 409),
    (lambda: pause(a_held(STATUS), date(2023, 11, 10)), "before_received", "paused_on", 422),
    (lambda: pause(a_held(STATUS), date(2023, 11, 20)), "in_the_future", "paused_on", 422),
    (lambda: pause(RESUMED, MONDAY), "before_resumption", "paused_on", 422),
    (lambda: resume(a_held(STATUS)), "case_not_paused", "", 409),
    (lambda: resume(WAITING, MONDAY), "before_pause", "resumed_on", 422),
    (lambda: resume(WAITING, date(2023, 11, 20)), "in_the_future", "resumed_on", 422),
    (lambda: extend(a_held(COMPLAINT), 16), "extension_too_long", "days", 422),
    (lambda: extend(a_held(COMPLAINT, extended=(15,))), "extended_already", "", 409),
    (lambda: extend(_late()), "after_due", "decided_on", 422),
    (
        lambda: extend(a_held(COMPLAINT), 1, date(2023, 11, 12)),
        "before_received",
        "decided_on",
        422,
    ),
    (lambda: reappoint(a_held(STATUS), FRIDAY), "not_after_due", "appointment_on", 422),
    (lambda: reappoint(a_held(STATUS), date(2023, 11, 18)), "day_off", "appointment_on", 422),
    (
        lambda: reappoint(a_held(STATUS, appointments=(FRIDAY,)), date(2023, 11, 21)),
        "reappointed_already",
        "",
        409,
    ),
    (
        lambda: model.resolve(REGISTRY, WAITING, REGISTRY.resolve_command(), recorded(FRIDAY)),
        "case_paused",
        "",
        409,
    ),
    (
        lambda: model.refuse(
            REGISTRY, RESUMED, RefuseCase(closed_on=MONDAY, reason="x"), recorded(FRIDAY)
        ),
        "before_step",
        "closed_on",
        422,
    ),
    (
        lambda: model.correct(
            REGISTRY, WAITING, CorrectCase(received_on=WEDNESDAY, reason="x"), recorded(FRIDAY)
        ),
        "after_step",
        "received_on",
        422,
    ),
]


@pytest.mark.parametrize(("act", "rule", "field", "status"), REFUSALS)
def test_what_cannot_be_is_refused(
    act: Callable[[], Any], rule: str, field: str, status: int
) -> None:
    with pytest.raises(Refused) as refusal:
        act()

    assert (refusal.value.rule, refusal.value.field, refusal.value.status) == (rule, field, status)


def test_a_procedure_whose_law_knows_no_extension_has_none() -> None:
    command = ExtendCase(days=1, reason="x")
    with pytest.raises(Refused) as refusal:
        clock.extend(REGISTRY, a_held(STATUS), command, recorded(DAY))

    assert refusal.value.rule == "no_extension"
