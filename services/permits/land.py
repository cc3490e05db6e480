"""Land files at the city's land registration office, and back. Pure."""

from collections.abc import Iterator
from datetime import date

from services.permits.commands import ForwardFile, TakeBackFile
from shared.casework.deadline import Reason
from shared.casework.held import (
    CaseStep,
    Department,
    Held,
    next_step,
    not_away,
    not_before_step,
    open_case,
    running_case,
)
from shared.events import CATALOGUE
from shared.events.envelope import Event
from shared.events.permits import (
    Forwarding,
    ForwardingData,
    LandFileCameBack,
    LandFileCompleted,
    LandFileForwarded,
)
from shared.procedures import PROCEDURES, ProcedureVersion
from shared.recorded import Recorded, not_after
from shared.refusal import Refused


def forward(department: Department, held: Held, command: ForwardFile, recorded: Recorded) -> Event:
    """Forward a land file. Its time runs on: the applicant was promised one day for all of it."""
    case, day = running_case(held), command.forwarded_on or recorded.on
    if CATALOGUE[PROCEDURES[case.procedure].act] is not LandFileCompleted:
        raise Refused("no_forwarding", procedure=case.procedure)
    not_away(held)
    not_after("forwarded_on", day, recorded)
    not_before_step("forwarded_on", day, held)
    data = ForwardingData(case=case, forwarding=Forwarding(forwarded_on=day))
    return next_step(department, held, LandFileForwarded, data, day, recorded)


def take_back(
    department: Department, held: Held, command: TakeBackFile, recorded: Recorded
) -> Event:
    """Say that a land file came back."""
    case, since, day = open_case(held), held.away_since, command.back_on or recorded.on
    if since is None:
        raise Refused("not_forwarded", status=409)
    not_after("back_on", day, recorded)
    not_before_step("back_on", day, held)
    data = ForwardingData(case=case, forwarding=Forwarding(forwarded_on=since, back_on=day))
    return next_step(department, held, LandFileCameBack, data, day, recorded)


def reasons(_version: ProcedureVersion, held: Held, _today: date) -> Iterator[Reason]:
    """Say when the file was last at the city's office, and that its time ran on."""
    if "forwarding" not in held.particulars:
        return
    last = Forwarding.model_validate(held.particulars["forwarding"])
    if last.back_on is None:
        yield Reason(last.forwarded_on, "why_forwarded", {"day": last.forwarded_on})
    else:
        values = {"day": last.forwarded_on, "back_on": last.back_on}
        yield Reason(last.back_on, "why_came_back", values)


FORWARDING = CaseStep(
    name="forwarding",
    command=ForwardFile,
    decide=forward,
    summary="Forward a land file to the city's land registration office",
)
TAKING_BACK = CaseStep(
    name="return",
    command=TakeBackFile,
    decide=take_back,
    summary="Take a land file back from there",
)
