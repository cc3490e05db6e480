"""What each state of a case, visit or schedule counts as, and the arithmetic of overdue."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.projections.contributions import (
    Contribution,
    contributions,
)
from shared.events import CATALOGUE
from shared.events.cases import Case, Status, timeliness
from shared.events.examples import EXAMPLES
from shared.events.petitions import Weekday
from tests.support.builders import (
    DAY,
    UNIT,
    a_birth,
    a_cancellation,
    a_case,
    a_contribution,
    a_receipt,
    a_schedule,
    a_visit,
)

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
THURSDAY = date(2023, 11, 16)
CLOSED = (Status.RESOLVED, Status.REFUSED, Status.WITHDRAWN)

RECEIVED = a_contribution(on=MONDAY, channel="online", procedure="registry.birth")
OVERDUE = a_contribution("overdue", on=WEDNESDAY, procedure="registry.birth")


def closed(on: date, **dimensions: str) -> Contribution:
    return a_contribution(
        "closed", 1, on, UNIT, channel="online", procedure="registry.birth", **dimensions
    )


def counts(case: Case) -> tuple[Contribution, ...]:
    return contributions(a_receipt(case))


def test_an_open_case_is_received_and_becomes_overdue_the_day_after_it_is_due() -> None:
    assert counts(a_case()) == (RECEIVED, OVERDUE)


@pytest.mark.parametrize(("on", "told"), [(MONDAY, "early"), (DAY, "on_time")])
def test_a_case_resolved_in_time_is_never_overdue(on: date, told: str) -> None:
    case = a_case(Status.RESOLVED, closed_on=on)

    assert (RECEIVED, closed(on, status="resolved", timeliness=told)) == counts(case)


@pytest.mark.parametrize(
    ("paused_on", "becomes_overdue"), [(MONDAY, False), (DAY, False), (WEDNESDAY, True)]
)
def test_a_case_whose_clock_stands_since_before_it_was_late_does_not_become_overdue(
    paused_on: date,
    becomes_overdue: bool,  # noqa: FBT001
) -> None:
    expected = (RECEIVED, OVERDUE) if becomes_overdue else (RECEIVED,)

    assert counts(a_case(paused_on=paused_on)) == expected


def test_a_case_refused_while_its_clock_stood_was_not_overdue() -> None:
    found = counts(a_case(Status.REFUSED, closed_on=THURSDAY, paused_on=DAY))

    assert found == (RECEIVED, closed(THURSDAY, status="refused"))


@pytest.mark.parametrize("on", [WEDNESDAY, THURSDAY])
def test_a_case_resolved_late_is_overdue_until_then(on: date) -> None:
    expected = (
        RECEIVED,
        OVERDUE,
        a_contribution("overdue", -1, on, procedure="registry.birth"),
        closed(on, status="resolved", timeliness="late"),
    )
    assert expected == counts(a_case(Status.RESOLVED, closed_on=on))


@pytest.mark.parametrize("status", [Status.REFUSED, Status.WITHDRAWN])
def test_a_case_closed_without_an_act_has_no_timeliness(status: Status) -> None:
    assert (RECEIVED, closed(DAY, status=status.value)) == counts(a_case(status))


@pytest.mark.parametrize("status", [Status.REFUSED, Status.WITHDRAWN])
def test_a_case_closed_late_without_an_act_was_overdue_too(status: Status) -> None:
    found = [one for one in counts(a_case(status, closed_on=THURSDAY)) if one.amount == -1]

    assert [a_contribution("overdue", -1, THURSDAY, procedure="registry.birth")] == found


def test_the_outcome_of_a_mediation_is_a_dimension() -> None:
    case = a_case(Status.RESOLVED, procedure="petitions.mediation", outcome="reconciled")
    expected = a_contribution(
        "closed",
        channel="online",
        outcome="reconciled",
        procedure="petitions.mediation",
        status="resolved",
        timeliness="on_time",
    )
    assert expected == counts(case)[-1]


@pytest.mark.parametrize("status", [Status.OPEN, *CLOSED])
def test_a_cancelled_case_counts_as_nothing(status: Status) -> None:
    assert contributions(a_cancellation(a_case(status))) == ()


def test_an_act_counts_as_the_case_that_it_resolves() -> None:
    assert counts(a_case(Status.RESOLVED)) == contributions(a_birth())


@pytest.mark.parametrize(
    ("closed_on", "expected"), [(MONDAY, "early"), (DAY, "on_time"), (WEDNESDAY, "late")]
)
def test_the_due_day_itself_is_on_time(closed_on: date, expected: str) -> None:
    assert expected == timeliness(DAY, closed_on)


def test_a_visit_counts_its_people() -> None:
    assert contributions(a_visit(3)) == (a_contribution("visitors", 3),)


def test_a_cancelled_visit_counts_as_nothing() -> None:
    assert contributions(a_visit(3, cancelled=True)) == ()


def test_a_schedule_is_a_setting_from_its_day_on() -> None:
    expected = (a_contribution("schedule", weekday="friday"),)
    assert expected == contributions(a_schedule(Weekday.FRIDAY))


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name.startswith("returns.")])
def test_what_is_stated_counts_as_nothing(name: str) -> None:
    assert contributions(EXAMPLES[name]) == ()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_event_has_a_fold_whose_dimensions_are_sorted(name: str) -> None:
    """Equal dimensions must be equal series, whoever counts them."""
    for one in contributions(EXAMPLES[name]):
        assert tuple(sorted(one.series.dimensions)) == one.series.dimensions


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case in any state, days around the same fortnight."""
    received = DAY + timedelta(days=draw(st.integers(0, 5)))
    status = draw(st.sampled_from(list(Status)))
    closing = received + timedelta(days=draw(st.integers(0, 9)))
    return a_case(
        status,
        received_on=received,
        due_on=received + timedelta(days=draw(st.integers(0, 5))),
        closed_on=closing if status in CLOSED else None,
    )


def is_open(case: Case, day: date) -> bool:
    """Say whether a case is open at the end of a day, by looking at it."""
    if case.status is Status.CANCELLED or day < case.received_on:
        return False
    return case.closed_on is None or day < case.closed_on


def total(every: Iterable[Contribution], measure: str, day: date) -> int:
    return sum(
        one.amount for one in every if one.series.measure == measure and one.occurred_on <= day
    )


@settings(deadline=None)
@given(st.lists(cases(), max_size=6))
def test_on_any_day_the_sums_are_the_open_and_the_overdue_cases(some: list[Case]) -> None:
    """Received less closed are open; the sum of overdue are those of them past their due day."""
    every = [one for case in some for one in counts(case)]
    for days in range(-2, 20):
        day = DAY + timedelta(days=days)
        still = [case for case in some if is_open(case, day)]

        assert len(still) == total(every, "received", day) - total(every, "closed", day)
        assert sum(case.due_on < day for case in still) == total(every, "overdue", day)
