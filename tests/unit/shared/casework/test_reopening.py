"""A closed case is opened again: its time runs on, and it counts once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.petitions.model import PETITIONS
from services.reporting.projections.contributions import contributions
from shared.casework.clock import step_of
from shared.casework.deadline import why
from shared.casework.held import Held
from shared.casework.reopening import ReopenCase, reopen
from shared.events.cases import Case, CaseData, Outcome, Sorting, Status
from shared.events.envelope import Event
from shared.procedures import PROCEDURES
from shared.refusal import Refused
from tests.support.builders import DAY, a_case, a_held, a_receipt, recorded

MONDAY, DUE, TODAY = date(2023, 11, 13), date(2023, 12, 13), date(2023, 11, 24)
OPEN = a_case(procedure="petitions.complaint", received_on=MONDAY, due_on=DUE)
CLOSED = OPEN.model_copy(update={"status": Status.RESOLVED, "closed_on": DAY})


def reopened(case: Case, day: date | None = TODAY, **course: Any) -> Event:
    command = ReopenCase(reopened_on=day, reason="Có tình tiết mới")
    return reopen(PETITIONS, a_held(case, 2, **course), command, recorded(TODAY))


def case_of(event: Event) -> Case:
    assert isinstance(event.data, CaseData)
    return event.data.case


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.REFUSED, Status.WITHDRAWN])
def test_it_is_open_again_and_the_days_in_between_do_not_count(status: Status) -> None:
    event = reopened(CLOSED.model_copy(update={"status": status}))

    assert (event.type, event.occurred_on, event.sequence) == ("case.reopened", TODAY, 3)
    assert case_of(event) == OPEN.model_copy(update={"due_on": date(2023, 12, 25)})


def test_one_that_was_late_already_gains_no_day() -> None:
    late = CLOSED.model_copy(update={"due_on": MONDAY})

    assert case_of(reopened(late)).due_on == MONDAY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Sorting.ACCEPTED, Sorting.ACCEPTED),
        *((sorting, None) for sorting in Sorting if sorting is not Sorting.ACCEPTED),
    ],
)
def test_what_was_sorted_out_is_to_be_sorted_anew(before: Sorting, after: Sorting | None) -> None:
    refused = {"status": Status.REFUSED, "sorting": before}

    assert case_of(reopened(CLOSED.model_copy(update=refused))).sorting is after


def test_a_mediation_that_is_reopened_has_no_outcome() -> None:
    ended = {"procedure": "petitions.mediation", "outcome": Outcome.RECONCILED}

    assert case_of(reopened(CLOSED.model_copy(update=ended))).outcome is None


@pytest.mark.parametrize(
    ("case", "day", "rule", "field"),
    [
        (OPEN, TODAY, "case_open", ""),
        (CLOSED.model_copy(update={"status": Status.CANCELLED}), TODAY, "case_cancelled", ""),
        (CLOSED, date(2023, 11, 25), "in_the_future", "reopened_on"),
        (CLOSED, MONDAY, "before_closing", "reopened_on"),
    ],
)
def test_it_is_refused(case: Case, day: date, rule: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        reopened(case, day)
    assert (rule, field) == (refusal.value.rule, refusal.value.field)


def test_why_tells_of_it() -> None:
    event = reopened(CLOSED)
    course = a_held().course + step_of(event, ReopenCase(reason="-"))
    version = PROCEDURES["petitions.complaint"].versions[0]

    told = [(one.day, one.rule) for one in why(version, case_of(event), course, TODAY)]
    assert (date(2023, 12, 25), "why_reopened") in told
    assert told[-1] == (TODAY, "why_within")


@given(st.lists(st.sampled_from([Status.RESOLVED, Status.REFUSED, Status.WITHDRAWN]), max_size=4))
def test_however_often_it_is_closed_and_opened_it_counts_once(closings: list[Status]) -> None:
    """What counts is the last version: received once, closed once or not at all."""
    held = a_held(OPEN)
    for status in closings:
        closed = held.case.model_copy(update={"status": status, "closed_on": TODAY})
        assert counted(closed) == {"received": 1, "closed": 1, "overdue": 0}
        event = reopen(PETITIONS, _of(held, closed), ReopenCase(reason="-"), recorded(TODAY))
        held = _of(held, case_of(event), held.course + step_of(event, ReopenCase(reason="-")))
        assert counted(held.case) == {"received": 1, "closed": 0, "overdue": 1}


def _of(held: Held, case: Case, course: Any = None) -> Held:
    return Held(
        id=held.id,
        sequence=held.sequence + 1,
        case=case,
        recorded_at=held.recorded_at,
        course=course or held.course,
    )


def counted(case: Case) -> dict[str, int]:
    """Return what a case amounts to in each measure, over all days."""
    told = contributions(a_receipt(case))
    return {
        measure: sum(one.amount for one in told if one.series.measure == measure)
        for measure in ("received", "closed", "overdue")
    }
