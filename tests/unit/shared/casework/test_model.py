"""Every decision about a case, and every refusal with its rule, field and HTTP status."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.casework import model
from shared.casework.commands import (
    CancelCase,
    CorrectCase,
    ReceiveCase,
    RefuseCase,
    ResolveCase,
    WithdrawCase,
)
from shared.casework.held import Department, Held
from shared.events.cases import (
    Case,
    CaseCancelledData,
    CaseCorrectedData,
    CaseData,
    CaseResolved,
    Channel,
    Outcome,
    Status,
)
from shared.events.envelope import Event, event_id
from shared.recorded import Recorded
from shared.refusal import Refused
from tests.support.builders import DAY, SUBJECT, UNIT, a_case, a_held, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
CLOSED = (Status.RESOLVED, Status.REFUSED, Status.WITHDRAWN)


def _act(held: Held, case: Case, command: ResolveCase) -> tuple[type[Event], CaseData]:
    del held, command
    return CaseResolved, CaseData(case=case)


REGISTRY = Department(name="registry", resolve_command=ResolveCase, act=_act)


def receive(**said: Any) -> Event:
    usual = {"unit": "10525", "procedure": "registry.birth", "channel": "online"}
    command = ReceiveCase(**(usual | said))
    return model.receive(REGISTRY, SUBJECT, command, recorded())


def correct(case: Case, **said: Any) -> Event:
    return model.correct(
        REGISTRY, a_held(case, 2), CorrectCase(reason="slip", **said), recorded(WEDNESDAY)
    )


def close(status: Status, held: Held, day: date | None = None) -> Event:
    if status is Status.RESOLVED:
        return model.resolve(REGISTRY, held, ResolveCase(closed_on=day), recorded())
    if status is Status.REFUSED:
        return model.refuse(REGISTRY, held, RefuseCase(closed_on=day, reason="no"), recorded())
    return model.withdraw(REGISTRY, held, WithdrawCase(closed_on=day), recorded())


def cancel(case: Case) -> Event:
    return model.cancel(REGISTRY, a_held(case, 2), CancelCase(reason="twice"), recorded())


def case_of(event: Event) -> Case:
    assert isinstance(event.data, CaseData)
    return event.data.case


def told(refusal: pytest.ExceptionInfo[Refused]) -> tuple[str, str, int]:
    return refusal.value.rule, refusal.value.field, refusal.value.status


def test_a_received_case_is_open_and_due_when_its_procedure_says() -> None:
    """A birth is registered on the day itself; it was ten in the morning."""
    event = receive()

    expected = Case(
        unit=UNIT,
        procedure="registry.birth",
        channel=Channel.ONLINE,
        received_on=DAY,
        due_on=DAY,
        status=Status.OPEN,
    )
    assert expected == case_of(event)


def test_a_receipt_is_the_first_step_of_its_case() -> None:
    event = receive(received_on=MONDAY)

    assert (SUBJECT, 1, event_id(SUBJECT, 1)) == (event.subject, event.sequence, event.id)
    assert (event.type, event.source) == ("case.received", "/wardbook/registry")
    assert (event.occurred_on, event.recorded_on, event.migrated) == (MONDAY, DAY, False)


def test_a_migrated_receipt_says_so() -> None:
    command = ReceiveCase(unit=UNIT, procedure="registry.birth", channel=Channel.POST)
    event = model.receive(REGISTRY, SUBJECT, command, recorded(migrated=True))

    assert event.migrated


def test_a_stated_due_day_holds() -> None:
    due_on = DAY + timedelta(days=30)
    assert due_on == case_of(receive(due_on=due_on)).due_on


@pytest.mark.parametrize(
    ("day", "unit"), [(date(2025, 6, 30), "2004-10525"), (date(2025, 7, 1), "2025-10525")]
)
def test_a_code_means_the_unit_of_the_day_of_receipt(day: date, unit: str) -> None:
    command = ReceiveCase(
        unit="10525", procedure="registry.birth", channel=Channel.POST, received_on=day
    )
    event = model.receive(REGISTRY, SUBJECT, command, recorded(date(2025, 8, 1)))

    assert unit == case_of(event).unit


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"procedure": "registry.none"}, ("unknown_procedure", "procedure", 422)),
        ({"procedure": "permits.land_file"}, ("unknown_procedure", "procedure", 422)),
        ({"received_on": WEDNESDAY}, ("in_the_future", "received_on", 422)),
        ({"received_on": date(1989, 12, 31)}, ("too_old", "received_on", 422)),
        ({"due_on": MONDAY}, ("before_received", "due_on", 422)),
        ({"unit": "99999"}, ("unknown_unit", "unit", 422)),
        ({"unit": "2025-10525"}, ("unit_not_in_force", "unit", 422)),
    ],
)
def test_a_receipt_is_refused(said: dict[str, Any], expected: tuple[str, str, int]) -> None:
    with pytest.raises(Refused) as refusal:
        receive(**said)
    assert expected == told(refusal)


def test_the_earliest_day_is_a_day_of_receipt() -> None:
    assert case_of(receive(received_on=model.EARLIEST)).received_on == model.EARLIEST


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.RESOLVED, "case.resolved"),
        (Status.REFUSED, "case.refused"),
        (Status.WITHDRAWN, "case.withdrawn"),
    ],
)
def test_an_open_case_is_closed_today_or_on_the_day_told(status: Status, kind: str) -> None:
    for day in (None, MONDAY, DAY):
        event = close(status, a_held(sequence=4), day)

        assert (kind, 5, day or DAY) == (event.type, event.sequence, event.occurred_on)
        assert a_case(status, closed_on=day or DAY) == case_of(event)


@pytest.mark.parametrize("to", CLOSED)
@pytest.mark.parametrize("already", CLOSED)
def test_a_closed_case_is_not_closed_again(already: Status, to: Status) -> None:
    with pytest.raises(Refused) as refusal:
        close(to, a_held(a_case(already)))
    assert told(refusal) == ("case_closed", "", 409)
    assert already == refusal.value.values["state"]


@pytest.mark.parametrize("status", CLOSED)
def test_a_cancelled_case_is_not_closed(status: Status) -> None:
    with pytest.raises(Refused) as refusal:
        close(status, a_held(a_case(Status.CANCELLED)))
    assert told(refusal) == ("case_cancelled", "", 409)


@pytest.mark.parametrize("status", CLOSED)
@pytest.mark.parametrize(
    ("day", "rule"), [(WEDNESDAY, "in_the_future"), (date(2023, 11, 12), "before_received")]
)
def test_a_case_is_closed_between_its_receipt_and_today(
    status: Status, day: date, rule: str
) -> None:
    with pytest.raises(Refused) as refusal:
        close(status, a_held(), day)
    assert (rule, "closed_on", 422) == told(refusal)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"channel": "post"}, {"channel": Channel.POST}),
        ({"procedure": "registry.death"}, {"procedure": "registry.death"}),
        ({"unit": "10528"}, {"unit": "2004-10528"}),
        ({"received_on": date(2023, 11, 10)}, {"received_on": date(2023, 11, 10)}),
        ({"due_on": WEDNESDAY}, {"due_on": WEDNESDAY}),
        (
            {"due_on": WEDNESDAY, "channel": "post"},
            {"due_on": WEDNESDAY, "channel": Channel.POST},
        ),
        ({"due_on": WEDNESDAY, "channel": "online"}, {"due_on": WEDNESDAY}),
    ],
)
def test_a_correction_changes_what_it_names_and_nothing_else(
    said: dict[str, Any], expected: dict[str, Any]
) -> None:
    event = correct(a_case(), **said)

    assert isinstance(event.data, CaseCorrectedData)
    assert a_case(**expected) == event.data.case
    assert set(expected) == set(event.data.changed)
    assert event_id(SUBJECT, 2) == event.data.corrects
    assert (event.type, event.sequence, event.occurred_on) == ("case.corrected", 3, WEDNESDAY)


@pytest.mark.parametrize("status", [Status.OPEN, *CLOSED])
def test_a_corrected_case_keeps_its_status(status: Status) -> None:
    assert a_case(status, channel=Channel.POST) == case_of(correct(a_case(status), channel="post"))


def test_the_day_and_outcome_of_a_closed_mediation_can_be_corrected() -> None:
    case = a_case(Status.RESOLVED, procedure="petitions.mediation", outcome=Outcome.NOT_RECONCILED)
    event = correct(case, closed_on=WEDNESDAY, outcome="reconciled")

    expected = case.model_copy(update={"closed_on": WEDNESDAY, "outcome": Outcome.RECONCILED})
    assert expected == case_of(event)


def test_a_resolved_case_can_become_a_procedure_with_the_same_act() -> None:
    case = a_case(Status.RESOLVED, procedure="registry.guardianship")
    event = correct(case, procedure="registry.civil_status_change")

    assert case_of(event).procedure == "registry.civil_status_change"


@pytest.mark.parametrize(
    ("case", "said", "expected"),
    [
        (a_case(), {}, ("nothing_changes", "", 422)),
        (a_case(), {"channel": "online", "unit": "10525"}, ("nothing_changes", "", 422)),
        (a_case(Status.CANCELLED), {"channel": "post"}, ("case_cancelled", "", 409)),
        (
            a_case(),
            {"procedure": "permits.land_file"},
            ("unknown_procedure", "procedure", 422),
        ),
        (
            a_case(Status.RESOLVED),
            {"procedure": "registry.death"},
            ("act_cannot_change", "procedure", 422),
        ),
        (a_case(), {"unit": "99999"}, ("unknown_unit", "unit", 422)),
        (a_case(), {"unit": "2025-10525"}, ("unit_not_in_force", "unit", 422)),
        (a_case(), {"received_on": date(2023, 11, 16)}, ("in_the_future", "received_on", 422)),
        (a_case(), {"received_on": date(1989, 1, 1)}, ("too_old", "received_on", 422)),
        (a_case(), {"received_on": WEDNESDAY}, ("before_received", "due_on", 422)),
        (a_case(), {"due_on": date(2023, 11, 12)}, ("before_received", "due_on", 422)),
        (a_case(), {"closed_on": DAY}, ("not_closed", "closed_on", 422)),
        (
            a_case(Status.REFUSED),
            {"closed_on": date(2023, 11, 16)},
            ("in_the_future", "closed_on", 422),
        ),
        (
            a_case(Status.REFUSED),
            {"closed_on": date(2023, 11, 12)},
            ("before_received", "closed_on", 422),
        ),
        (
            a_case(Status.WITHDRAWN, closed_on=MONDAY),
            {"received_on": DAY},
            ("before_received", "closed_on", 422),
        ),
        (a_case(), {"outcome": "reconciled"}, ("field_not_of_this", "outcome", 422)),
    ],
)
def test_a_correction_is_refused(
    case: Case, said: dict[str, Any], expected: tuple[str, str, int]
) -> None:
    with pytest.raises(Refused) as refusal:
        correct(case, **said)
    assert expected == told(refusal)


def test_a_correction_may_not_carry_a_case_out_of_the_days_of_its_unit() -> None:
    """The ward of 2004 ended on 30 June 2025."""
    case = a_case(due_on=date(2025, 8, 1))
    command = CorrectCase(reason="slip", received_on=date(2025, 7, 1))
    with pytest.raises(Refused) as refusal:
        model.correct(REGISTRY, a_held(case), command, recorded(date(2025, 8, 1)))
    assert told(refusal) == ("unit_not_in_force", "unit", 422)


@pytest.mark.parametrize("status", [Status.OPEN, *CLOSED])
def test_a_case_is_cancelled_whatever_its_status(status: Status) -> None:
    event = cancel(a_case(status))

    assert isinstance(event.data, CaseCancelledData)
    assert event.data.case.status == Status.CANCELLED
    assert event_id(SUBJECT, 2) == event.data.corrects
    assert (event.type, event.sequence) == ("case.cancelled", 3)


def test_a_case_is_cancelled_once() -> None:
    with pytest.raises(Refused) as refusal:
        cancel(a_case(Status.CANCELLED))
    assert told(refusal) == ("case_cancelled", "", 409)


def test_a_due_day_that_no_day_follows_is_refused() -> None:
    """Whoever counts overdue cases needs the day after it."""
    with pytest.raises(Refused):
        receive(due_on=date.max)


def _moment(text: str, *, migrated: bool = False) -> Recorded:
    return Recorded(at=datetime.fromisoformat(text), migrated=migrated)


def test_a_step_is_recorded_when_it_is_told() -> None:
    later = _moment("2023-11-14T03:00:00+00:00")
    assert later == later.after(datetime.fromisoformat("2023-11-14T02:59:59+00:00"))


@pytest.mark.parametrize("migrated", [False, True])
def test_a_step_told_by_a_slow_clock_follows_the_one_before(migrated: bool) -> None:  # noqa: FBT001
    previous = datetime.fromisoformat("2023-11-14T03:00:00+00:00")
    step = _moment("2023-11-14T02:00:00+00:00", migrated=migrated).after(previous)

    assert previous + timedelta(microseconds=1) == step.at
    assert migrated == step.migrated


def test_a_migration_may_not_state_a_day_before_the_step_before() -> None:
    previous = datetime.fromisoformat("2023-11-14T03:00:00+00:00")
    with pytest.raises(Refused) as refusal:
        _moment("2023-11-13T05:00:00+00:00", migrated=True).after(previous)
    assert told(refusal) == ("recorded_backwards", "Recorded-On", 422)


def test_a_recording_day_is_the_wards() -> None:
    """Half past five in the evening in UTC is the next day in Việt Nam."""
    assert date(2023, 11, 15) == _moment("2023-11-14T17:30:00+00:00").on


def test_a_time_of_receipt_is_one_of_the_ward() -> None:
    """One with a zone cannot be held against office hours; it is refused, not passed over."""
    body = {"unit": "10525", "procedure": "registry.birth", "channel": "post"}
    with pytest.raises(ValidationError) as refused:
        ReceiveCase.model_validate(body | {"received_time": "19:53:10Z"})
    assert [one["type"] for one in refused.value.errors()] == ["wall_clock"]
    assert ReceiveCase.model_validate(body | {"received_time": "19:53"}).received_time is not None


def test_nothing_is_received_later_than_now() -> None:
    """It is ten in the morning: a later hour of today would move the due day."""
    body = {"unit": UNIT, "procedure": "registry.birth", "channel": "post"}
    told_at = ReceiveCase.model_validate(body | {"received_time": "10:00"})
    ahead = ReceiveCase.model_validate(body | {"received_time": "10:01"})

    model.receive(REGISTRY, SUBJECT, told_at, recorded())
    with pytest.raises(Refused) as refusal:
        model.receive(REGISTRY, SUBJECT, ahead, recorded())
    assert told(refusal) == ("later_than_now", "received_time", 422)
