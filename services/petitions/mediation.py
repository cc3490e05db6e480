"""Sessions of mediations, and how a mediation ends with the last of them. Pure."""

from services.petitions.commands import HoldSession
from services.petitions.lists import LISTS
from shared.casework.held import (
    CaseStep,
    Department,
    Held,
    next_step,
    not_before_step,
    running_case,
)
from shared.events import CATALOGUE
from shared.events.cases import Case, Outcome
from shared.events.envelope import Event
from shared.events.petitions import (
    MediationConcluded,
    MediationSessionData,
    MediationSessionHeld,
    Session,
    SessionResult,
)
from shared.procedures import PROCEDURES
from shared.recorded import Recorded, not_after
from shared.refusal import Refused

GRASSROOTS = "petitions.grassroots_mediation"
"""By a mediation team of the residents (Luật Hòa giải ở cơ sở 35/2013/QH13); others by the ward."""


def is_mediation(procedure: str) -> bool:
    """Say whether cases of a procedure end by the conclusion of a mediation."""
    return CATALOGUE[PROCEDURES[procedure].act] is MediationConcluded


def hold_session(
    department: Department, held: Held, command: HoldSession, recorded: Recorded
) -> Event:
    """Record a session. After one that reconciled there is none; the case is to be concluded."""
    case, day = running_case(held), command.held_on or recorded.on
    if not is_mediation(case.procedure):
        raise Refused("no_mediation", procedure=case.procedure)
    last = last_session(held)
    if last is not None and last.result is SessionResult.RECONCILED:
        raise Refused("reconciled_already", status=409, day=last.held_on)
    not_after("held_on", day, recorded)
    not_before_step("held_on", day, held)
    _check_team(case, command.team)
    session = Session(held_on=day, result=command.result, team=command.team)
    data = MediationSessionData(case=case, session=session)
    return next_step(department, held, MediationSessionHeld, data, day, recorded)


def last_session(held: Held) -> Session | None:
    """Return the last session; those before a reopening no longer decide anything."""
    told = held.particulars.get("session")
    session = None if told is None else Session.model_validate(told)
    reopened_on = held.course.reopened_on
    if session is None or (reopened_on and session.held_on <= reopened_on[-1]):
        return None
    return session


def conclusion(held: Held, stated: Outcome | None) -> Outcome:
    """Return the outcome of a mediation: as stated, else as its last session ended."""
    last = last_session(held)
    if stated is not None:
        return stated
    if last is None or last.result is SessionResult.POSTPONED:
        raise Refused("field_required_here", "outcome", procedure=held.case.procedure)
    return Outcome(last.result)


def _check_team(case: Case, team: str | None) -> None:
    if case.procedure != GRASSROOTS:
        if team is not None:
            raise Refused("field_not_of_this", "team", procedure=case.procedure)
        return
    if team is None:
        raise Refused("field_required_here", "team", procedure=case.procedure)
    known = LISTS.teams.get(case.unit, {})
    if not known:
        raise Refused("no_teams", "team", unit=case.unit)
    if team not in known:
        raise Refused("unknown_team", "team", known=", ".join(known))


SESSION = CaseStep(
    name="sessions",
    command=HoldSession,
    decide=hold_session,
    summary="Record a session of a mediation",
)
