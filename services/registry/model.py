"""The acts of civil status and certification that resolve a case of the registry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.registry import rules
from services.registry.commands import ResolveRegistryCase
from services.registry.entries import KINDS, BirthEntry, DeathEntry, Entry, MarriageEntry
from services.registry.rules import Life
from shared.casework.commands import ResolveCase
from shared.casework.held import Department, Held
from shared.events import CATALOGUE
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.events.registry import BirthData, BirthRegistered, DeathData, DeathRegistered
from shared.procedures import PROCEDURES
from shared.refusal import Refused

MARRIAGE_AGAIN = "registry.marriage_reregistration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An entry as it stands in its register."""

    entry: Entry
    registered_on: date
    cancelled: bool = False
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInRegistry(Held):
    """A case, the entry that it made, and what else a command to either hangs on.

    `lives` is what all other entries say of the people concerned, by their numbers; `change_case`
    is the case that a command names as the one in which it was asked for, None if there is none.
    """

    registration: Registration | None = None
    lives: Mapping[str, Life] = field(default_factory=dict)
    change_case: Case | None = None


def act(held: Held, case: Case, command: ResolveCase) -> tuple[type[Event], CaseData]:
    """Return the event and payload of the act that resolves `case`.

    A birth or death cannot lie after the day on which it is registered (Luật Hộ tịch 2014).
    """
    assert isinstance(command, ResolveRegistryCase)
    kind = CATALOGUE[PROCEDURES[case.procedure].act]
    entry = command.entry
    if entry is not None:
        _check_entry(held, case, entry)
    if kind is BirthRegistered:
        _forbid("died_on", command.died_on, case)
        told = entry.child.born_on if isinstance(entry, BirthEntry) else None
        return kind, BirthData(case=case, born_on=_day("born_on", command.born_on, told, case))
    if kind is DeathRegistered:
        _forbid("born_on", command.born_on, case)
        told = entry.died_on if isinstance(entry, DeathEntry) else None
        return kind, DeathData(case=case, died_on=_day("died_on", command.died_on, told, case))
    _forbid("born_on", command.born_on, case)
    _forbid("died_on", command.died_on, case)
    return kind, CaseData(case=case)


def check_procedure(entry: Entry, procedure: str) -> None:
    """Refuse an entry that the act of a procedure does not make."""
    if KINDS.get(PROCEDURES[procedure].act) != entry.kind:
        raise Refused("field_not_of_this", "entry.kind", procedure=procedure)
    if isinstance(entry, MarriageEntry):
        again = procedure == MARRIAGE_AGAIN
        if again and entry.married_on is None:
            raise Refused("field_required_here", "entry.married_on", procedure=procedure)
        if not again and entry.married_on is not None:
            raise Refused("field_not_of_this", "entry.married_on", procedure=procedure)


def _check_entry(held: Held, case: Case, entry: Entry) -> None:
    assert isinstance(held, HeldInRegistry)
    assert case.closed_on is not None
    check_procedure(entry, case.procedure)
    rules.check(entry, held.lives, case.closed_on)


def _day(field: str, stated: date | None, of_entry: date | None, case: Case) -> date:
    """Return the day that the command or its entry tells; both must tell the same."""
    day = stated or of_entry
    if day is None:
        raise Refused("field_required_here", field, procedure=case.procedure)
    if of_entry is not None and day != of_entry:
        raise Refused("entry_differs", field)
    if case.closed_on is not None and day > case.closed_on:
        raise Refused("after_closing", field, closed_on=case.closed_on)
    return day


def _forbid(field: str, day: date | None, case: Case) -> None:
    if day is not None:
        raise Refused("field_not_of_this", field, procedure=case.procedure)


REGISTRY = Department(name="registry", resolve_command=ResolveRegistryCase, act=act)
