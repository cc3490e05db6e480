"""The construction permit that a notice of a start or the marking of a boundary names. Pure."""

from dataclasses import dataclass

from services.permits.commands import ResolvePermitCase
from shared import units
from shared.casework.held import Held
from shared.events.cases import Case, Status
from shared.refusal import Refused

PERMIT = "permits.construction_permit"
START = "permits.construction_start"
MARKING = "permits.boundary_marking"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWithPermit(Held):
    """A case together with the one of the permit that a command names, None if there is none."""

    permit: Held | None = None


def check_permit(held: Held, case: Case, command: ResolvePermitCase) -> None:
    """Refuse a notice or marking without its permit, and every other case with one."""
    if command.starts_on is not None and case.procedure != START:
        raise Refused("field_not_of_this", "starts_on", procedure=case.procedure)
    if case.procedure not in (START, MARKING):
        if command.permit is not None or command.permit_number is not None:
            raise Refused("field_not_of_this", "permit", procedure=case.procedure)
        return
    if command.permit is None:
        if command.permit_number is None:
            raise Refused("permit_missing", "permit", procedure=case.procedure)
        return
    if command.permit_number is not None:
        raise Refused("permit_twice", "permit_number")
    named = held.permit if isinstance(held, HeldWithPermit) else None
    if named is None or named.case.procedure != PERMIT:
        raise Refused("unknown_permit", "permit")
    _check_granted(named.case, case, command)


def _check_granted(permit: Case, case: Case, command: ResolvePermitCase) -> None:
    if permit.status is Status.CANCELLED:
        raise Refused("permit_cancelled", "permit", status=409)
    if permit.status is not Status.RESOLVED or permit.closed_on is None:
        raise Refused("permit_not_granted", "permit", status=409, state=permit.status)
    if not is_of(case.unit, permit):
        raise Refused("permit_of_other_unit", "permit", unit=permit.unit)
    day, field = command.starts_on or case.closed_on, "starts_on"
    if case.procedure == MARKING:
        field = "closed_on"
    if day is not None and day < permit.closed_on:
        raise Refused("before_grant", field, granted_on=permit.closed_on)


def is_of(unit: str, case: Case) -> bool:
    """Say whether a unit is the one of a case, or took over from it."""
    return unit == case.unit or unit in {
        heir.id for heir in units.successors(units.unit(case.unit))
    }
