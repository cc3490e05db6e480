"""The acts of building and land that resolve a case of the permits office. Pure."""

from shared.casework.commands import ResolveCase
from shared.casework.held import Department, Held
from shared.events import CATALOGUE
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.procedures import PROCEDURES


def act(held: Held, case: Case, command: ResolveCase) -> tuple[type[Event], CaseData]:  # noqa: ARG001 - the day is in the case
    """Return the event and payload of the act that resolves `case`."""
    return CATALOGUE[PROCEDURES[case.procedure].act], CaseData(case=case)


PERMITS = Department(name="permits", resolve_command=ResolveCase, act=act)
