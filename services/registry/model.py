"""The acts of civil status and certification that resolve a case of the registry. Pure."""

from datetime import date

from services.registry.commands import ResolveRegistryCase
from shared.casework.commands import ResolveCase
from shared.casework.held import Department, Held
from shared.events import CATALOGUE
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.events.registry import BirthData, BirthRegistered, DeathData, DeathRegistered
from shared.procedures import PROCEDURES
from shared.refusal import Refused


def act(held: Held, case: Case, command: ResolveCase) -> tuple[type[Event], CaseData]:  # noqa: ARG001 - what was said before changes no act
    """Return the event and payload of the act that resolves `case`.

    A birth or death cannot lie after the day on which it is registered (Luật Hộ tịch 2014).
    """
    assert isinstance(command, ResolveRegistryCase)
    kind = CATALOGUE[PROCEDURES[case.procedure].act]
    if kind is BirthRegistered:
        _forbid("died_on", command.died_on, case)
        return kind, BirthData(case=case, born_on=_day("born_on", command.born_on, case))
    if kind is DeathRegistered:
        _forbid("born_on", command.born_on, case)
        return kind, DeathData(case=case, died_on=_day("died_on", command.died_on, case))
    _forbid("born_on", command.born_on, case)
    _forbid("died_on", command.died_on, case)
    return kind, CaseData(case=case)


def _day(field: str, day: date | None, case: Case) -> date:
    if day is None:
        raise Refused("field_required_here", field, procedure=case.procedure)
    if case.closed_on is not None and day > case.closed_on:
        raise Refused("after_closing", field, closed_on=case.closed_on)
    return day


def _forbid(field: str, day: date | None, case: Case) -> None:
    if day is not None:
        raise Refused("field_not_of_this", field, procedure=case.procedure)


REGISTRY = Department(name="registry", resolve_command=ResolveRegistryCase, act=act)
