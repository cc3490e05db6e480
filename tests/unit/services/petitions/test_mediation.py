"""Mediations: sessions, and how the last one ends them."""

from datetime import date
from typing import Any

import pytest

from services.petitions.commands import HoldSession, ResolvePetitionCase
from services.petitions.mediation import GRASSROOTS, hold_session
from services.petitions.model import PETITIONS
from shared.casework.commands import WithdrawCase
from shared.casework.held import Held
from shared.casework.model import resolve, withdraw
from shared.events.cases import Case, CaseData, Outcome, Status
from shared.events.envelope import Event
from shared.events.petitions import MediationSessionData, Session, SessionResult
from shared.refusal import Refused
from tests.support.builders import DAY, a_case, a_held, recorded

MONDAY, WEDNESDAY = date(2023, 11, 13), date(2023, 11, 15)
LAND, TEAM = "petitions.mediation", "residents_1"


def a_mediation(procedure: str = LAND, **changes: Any) -> Case:
    return a_case(procedure=procedure, due_on=date(2023, 12, 13), **changes)


def after(result: str, procedure: str = LAND, **course: Any) -> Held:
    """Return a mediation of which a session was held on the Tuesday."""
    session = {"held_on": DAY.isoformat(), "result": result}
    course = {"stepped_on": (DAY,)} | course
    return a_held(a_mediation(procedure), 2, {"session": session}, **course)


def session(held: Held, result: str = "postponed", day: date = DAY, team: str | None = None) -> Any:
    command = HoldSession(held_on=day, result=SessionResult(result), team=team)
    return hold_session(PETITIONS, held, command, recorded(WEDNESDAY))


def conclude(held: Held, stated: Outcome | None = None, day: date = WEDNESDAY) -> Event:
    command = ResolvePetitionCase(outcome=stated, closed_on=day)
    return resolve(PETITIONS, held, command, recorded(WEDNESDAY))


@pytest.mark.parametrize("result", SessionResult)
@pytest.mark.parametrize(("procedure", "team"), [(LAND, None), (GRASSROOTS, TEAM)])
def test_a_session_leaves_its_case_open(result: str, procedure: str, team: str | None) -> None:
    event = session(a_held(a_mediation(procedure)), result, team=team)

    held = Session(held_on=DAY, result=SessionResult(result), team=team)
    assert MediationSessionData(case=a_mediation(procedure), session=held) == event.data
    assert (event.type, event.occurred_on) == ("petitions.mediation_session.held", DAY)


@pytest.mark.parametrize("procedure", [LAND, GRASSROOTS])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_mediation_ends_as_its_last_session_did(procedure: str, outcome: Outcome) -> None:
    event = conclude(after(outcome, procedure))

    assert event.type == "petitions.mediation.concluded"
    closed = {"status": Status.RESOLVED, "closed_on": WEDNESDAY, "outcome": outcome}
    assert CaseData(case=a_mediation(procedure, **closed)) == event.data


def test_what_is_stated_is_stronger_than_the_last_session() -> None:
    event = conclude(after("not_reconciled"), Outcome.RECONCILED)

    assert isinstance(event.data, CaseData)
    assert event.data.case.outcome is Outcome.RECONCILED


@pytest.mark.parametrize(
    "held",
    [
        a_held(a_mediation()),
        after("postponed"),
        after("reconciled", ended_on=(DAY,), reopened_on=(WEDNESDAY,)),
    ],
    ids=["no session", "postponed", "before the reopening"],
)
def test_without_a_session_that_decides_the_outcome_is_stated(held: Held) -> None:
    with pytest.raises(Refused, match="required"):
        conclude(held)


@pytest.mark.parametrize(
    ("held", "said", "rule", "field"),
    [
        (a_held(a_case(procedure="petitions.petition")), {}, "no_mediation", ""),
        (after("reconciled"), {}, "reconciled_already", ""),
        (after("not_reconciled"), {"day": MONDAY}, "before_step", "held_on"),
        (a_held(a_mediation()), {"day": date(2023, 11, 16)}, "in_the_future", "held_on"),
        (a_held(a_mediation()), {"day": date(2023, 11, 12)}, "before_received", "held_on"),
        (a_held(a_mediation()), {"team": TEAM}, "field_not_of_this", "team"),
        (a_held(a_mediation(GRASSROOTS)), {}, "field_required_here", "team"),
        (a_held(a_mediation(GRASSROOTS)), {"team": "residents_7"}, "unknown_team", "team"),
        (
            a_held(a_mediation(GRASSROOTS, unit="2004-10528")),
            {"team": TEAM},
            "no_teams",
            "team",
        ),
        (a_held(a_mediation(status=Status.RESOLVED, closed_on=DAY)), {}, "case_closed", ""),
    ],
)
def test_a_session_is_refused(held: Held, said: dict[str, Any], rule: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        session(held, **said)
    assert (rule, field) == (refusal.value.rule, refusal.value.field)


def test_a_mediation_is_not_concluded_before_its_last_session() -> None:
    with pytest.raises(Refused, match="2023-11-14"):
        conclude(after("reconciled"), day=MONDAY)


def test_one_that_is_withdrawn_after_a_session_has_no_outcome() -> None:
    event = withdraw(PETITIONS, after("not_reconciled"), WithdrawCase(), recorded(WEDNESDAY))

    assert isinstance(event.data, CaseData)
    assert event.data.case.outcome is None


def test_the_teams_of_the_old_ward_go_on_in_the_one_that_it_went_into() -> None:
    held = a_held(a_mediation(GRASSROOTS, unit="2025-10525"))
    assert session(held, team=TEAM).type == "petitions.mediation_session.held"
