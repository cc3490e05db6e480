"""Sorting petitions: what becomes of them, by when, and from when their time runs."""

from datetime import date
from typing import Any

import pytest

from services.petitions.commands import SortPetition
from services.petitions.model import PETITIONS
from services.petitions.sorting import reasons, sort
from services.reporting.projections.contributions import contributions
from shared.casework.clock import step_of
from shared.casework.commands import CorrectCase
from shared.casework.deadline import Course, due, why
from shared.casework.held import Held
from shared.casework.model import correct
from shared.events.cases import Case, CaseData, Sorting, Status
from shared.events.envelope import Event
from shared.events.petitions import PetitionSortedData
from shared.procedures import PROCEDURES
from shared.refusal import Refused
from tests.support.builders import SUBJECT, a_case, a_held, at, recorded

RECEIVED, TODAY = date(2023, 11, 1), date(2023, 11, 30)
LAST_GOOD = date(2023, 11, 15)
"""Ten working days after the receipt, a Wednesday."""
COMPLAINT = PROCEDURES["petitions.complaint"].versions[0]


def a_petition(procedure: str = "petitions.complaint", **changes: Any) -> Case:
    usual = {"received_on": RECEIVED, "due_on": date(2023, 12, 1)}
    return a_case(**(usual | changes), procedure=procedure)


def sorted_as(decision: str, day: date = LAST_GOOD, held: Held | None = None, **said: Any) -> Event:
    command = SortPetition(decision=Sorting(decision), sorted_on=day, **said)
    return sort(PETITIONS, held or a_held(a_petition()), command, recorded(TODAY))


def case_of(event: Event) -> Case:
    assert isinstance(event.data, CaseData)
    return event.data.case


def held_after(held: Held, event: Event) -> Held:
    """Return the case as its department holds it after a step."""
    step = step_of(event, SortPetition(decision=Sorting.ACCEPTED))
    return Held(
        id=SUBJECT,
        sequence=held.sequence + 1,
        case=case_of(event),
        recorded_at=at(TODAY),
        course=held.course + step,
    )


def told(held: Held, today: date = TODAY) -> list[tuple[date, str]]:
    more = reasons(COMPLAINT, held, today)
    return [(one.day, one.rule) for one in why(COMPLAINT, held.case, held.course, today, more)]


@pytest.mark.parametrize("procedure", ["petitions.complaint", "petitions.denunciation"])
def test_the_time_of_an_accepted_petition_runs_from_its_acceptance(procedure: str) -> None:
    event = sorted_as("accepted", held=a_held(a_petition(procedure)))

    assert event.type == "petitions.petition.sorted"
    assert event.occurred_on == LAST_GOOD
    due_on = date(2023, 12, 15)
    assert case_of(event) == a_petition(procedure, sorting=Sorting.ACCEPTED, due_on=due_on)


def test_a_due_day_that_the_office_named_keeps_as_many_days() -> None:
    event = sorted_as("accepted", held=a_held(a_petition(due_on=date(2023, 11, 21))))

    assert case_of(event).due_on == date(2023, 12, 5)


@pytest.mark.parametrize("decision", ["passed_on", "guided", "filed"])
def test_what_is_sorted_out_is_closed_and_never_counts_as_resolved(decision: str) -> None:
    passed_to = "police" if decision == "passed_on" else None
    event = sorted_as(decision, passed_to=passed_to)

    sorting = Sorting(decision)
    case = a_petition(status=Status.REFUSED, sorting=sorting, closed_on=LAST_GOOD)
    assert PetitionSortedData(case=case, passed_to=passed_to) == event.data
    closed = [one.series for one in contributions(event) if one.series.measure == "closed"]
    assert [dict(one.dimensions) for one in closed] == [
        {
            "channel": "online",
            "procedure": "petitions.complaint",
            "status": "refused",
            "sorting": decision,
        }
    ]


@pytest.mark.parametrize(
    ("held", "said", "rule", "field"),
    [
        (a_held(a_petition("petitions.mediation")), {}, "no_sorting", ""),
        (a_held(a_petition(sorting=Sorting.ACCEPTED)), {}, "sorted_already", ""),
        (a_held(a_petition(status=Status.RESOLVED)), {}, "case_closed", ""),
        (a_held(a_petition(), paused_on=(RECEIVED,)), {}, "case_paused", ""),
        (None, {"day": date(2023, 12, 1)}, "in_the_future", "sorted_on"),
        (None, {"day": date(2023, 10, 31)}, "before_received", "sorted_on"),
        (
            a_held(a_petition(), paused_on=(RECEIVED,), resumed_on=(date(2023, 11, 20),)),
            {},
            "before_step",
            "sorted_on",
        ),
        (None, {"passed_to": "police"}, "not_passed_on", "passed_to"),
        (None, {"decision": "passed_on"}, "authority_missing", "passed_to"),
        (
            None,
            {"decision": "passed_on", "passed_to": "neighbour"},
            "unknown_authority",
            "passed_to",
        ),
    ],
)
def test_sorting_is_refused(held: Held | None, said: dict[str, Any], rule: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        sorted_as(**({"decision": "accepted", "held": held} | said))
    assert (rule, field) == (refusal.value.rule, refusal.value.field)


def test_why_tells_of_the_sorting_and_of_the_day_from_which_the_time_runs() -> None:
    held = a_held(a_petition())
    accepted = held_after(held, sorted_as("accepted"))

    assert told(accepted) == [
        (RECEIVED, "why_received"),
        (LAST_GOOD, "why_accepted"),
        (date(2023, 12, 15), "why_calendar_days"),
        (LAST_GOOD, "why_sorted"),
        (TODAY, "why_within"),
    ]


@pytest.mark.parametrize(
    ("day", "rule"), [(LAST_GOOD, "why_sorted"), (date(2023, 11, 16), "why_sorted_late")]
)
def test_late_sorting_is_told(day: date, rule: str) -> None:
    held = a_held(a_petition())
    for decision in ("accepted", "filed"):
        assert (day, rule) in told(held_after(held, sorted_as(decision, day)))


def test_a_petition_that_is_not_sorted_says_by_when_it_is_to_be() -> None:
    held = a_held(a_petition())

    assert (LAST_GOOD, "why_sort_by") in told(held, LAST_GOOD)
    assert (LAST_GOOD, "why_not_sorted") in told(held, date(2023, 11, 16))


def test_what_was_passed_on_says_so() -> None:
    passed_on = held_after(a_held(a_petition()), sorted_as("passed_on", passed_to="court"))

    assert told(passed_on)[-1] == (LAST_GOOD, "why_passed_on")


def test_a_petition_that_was_answered_unsorted_is_measured_from_its_receipt() -> None:
    """So are those of registers that know of no sorting."""
    assert due(COMPLAINT, RECEIVED, Course()) == date(2023, 12, 1)


def test_what_was_sorted_stays_among_the_procedures_that_are() -> None:
    """Else a mediation would be counted as a petition that was passed on."""
    held = a_held(case_of(sorted_as("filed")))

    def corrected(procedure: str) -> Event:
        command = CorrectCase(procedure=procedure, reason="Ghi nhầm")
        return correct(PETITIONS, held, command, recorded(TODAY))

    assert case_of(corrected("petitions.denunciation")).sorting is Sorting.FILED
    with pytest.raises(Refused) as refusal:
        corrected("petitions.grassroots_mediation")
    assert (refusal.value.rule, refusal.value.field) == ("no_sorting", "procedure")
