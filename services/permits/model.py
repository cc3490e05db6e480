"""The acts of building and land that resolve a case of the permits office. Pure."""

from services.permits.commands import ResolvePermitCase
from services.permits.land import FORWARDING, TAKING_BACK, reasons
from services.permits.named import check_permit
from shared.casework.commands import ResolveCase
from shared.casework.held import Department, Held
from shared.casework.reopening import REOPENING
from shared.events import CATALOGUE
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.procedures import PROCEDURES


def act(held: Held, case: Case, command: ResolveCase) -> tuple[type[Event], CaseData]:
    """Return the event and payload of the act that resolves `case`."""
    assert isinstance(command, ResolvePermitCase)
    check_permit(held, case, command)
    return CATALOGUE[PROCEDURES[case.procedure].act], CaseData(case=case)


PERMITS = Department(
    name="permits",
    resolve_command=ResolvePermitCase,
    act=act,
    steps=(FORWARDING, TAKING_BACK, REOPENING),
    reasons=reasons,
)
