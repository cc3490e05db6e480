"""Decisions about an entry that stands in its register: corrected, taken back, a marriage ended.

Pure. The case that made the entry goes on by a step, and counts as before.
"""

from datetime import date

from services.registry import rules
from services.registry.commands import CancelEntry, ChangeEntry, CorrectEntry, EndMarriage
from services.registry.entries import MarriageEntry, changed, happened_on
from services.registry.model import REGISTRY, HeldInRegistry, Registration, check_procedure
from shared.casework.held import Held, next_step
from shared.events.cases import CaseCorrectedData, Status
from shared.events.envelope import Event, event_id
from shared.events.registry import (
    EntryCancelledData,
    MarriageEnded,
    MarriageEndedData,
    RegisterEntryCancelled,
    RegisterEntryCorrected,
)
from shared.recorded import Recorded, not_after
from shared.refusal import Refused

CHANGE = "registry.civil_status_change"
"""The procedure in which applicants ask for an entry to be changed."""


def correct(held: Held | None, command: CorrectEntry, recorded: Recorded) -> Event:
    """Correct, change or supplement an entry: it says from now on what the command says."""
    known, registration = _changeable(held, command)
    before, after = registration.entry, command.entry
    check_procedure(after, known.case.procedure)
    names = tuple(changed(before, after))
    if not names:
        raise Refused("nothing_changes")
    rules.check(after, known.lives, registration.registered_on, registration.ended_on)
    if registration.ended_on is not None:
        _check_ending(registration.ended_on, happened_on(after, registration.registered_on))
    data = CaseCorrectedData(
        case=known.case, corrects=event_id(known.id, known.sequence), changed=names
    )
    return next_step(REGISTRY, known, RegisterEntryCorrected, data, None, recorded)


def cancel(held: Held | None, command: CancelEntry, recorded: Recorded) -> Event:
    """Take an entry back."""
    known, _ = _changeable(held, command)
    data = EntryCancelledData(case=known.case, corrects=event_id(known.id, known.sequence))
    return next_step(REGISTRY, known, RegisterEntryCancelled, data, None, recorded)


def end_marriage(held: Held | None, command: EndMarriage, recorded: Recorded) -> Event:
    """Note that a marriage ended on a day."""
    known, registration = _changeable(held, command)
    if not isinstance(registration.entry, MarriageEntry):
        raise Refused("not_a_marriage", status=409)
    if registration.ended_on is not None:
        raise Refused("marriage_ended", status=409)
    not_after("ended_on", command.ended_on, recorded)
    _check_ending(command.ended_on, happened_on(registration.entry, registration.registered_on))
    data = MarriageEndedData(case=known.case, ending=command.ending)
    return next_step(REGISTRY, known, MarriageEnded, data, command.ended_on, recorded)


def _changeable(held: Held | None, command: ChangeEntry) -> tuple[HeldInRegistry, Registration]:
    """Return the entry in force that the command means, as its sender saw it."""
    if not isinstance(held, HeldInRegistry) or held.registration is None:
        raise Refused("unknown_registration", "id", status=404)
    if held.registration.cancelled:
        raise Refused("registration_cancelled", status=409)
    if command.sequence != held.sequence:
        raise Refused("registration_changed", "sequence", status=409, sequence=held.sequence)
    _check_change_case(held, command)
    return held, held.registration


def _check_change_case(held: HeldInRegistry, command: ChangeEntry) -> None:
    if command.change_case is None:
        return
    case = held.change_case
    if case is None:
        raise Refused("unknown_case", "change_case")
    if case.procedure != CHANGE or case.status is Status.CANCELLED:
        raise Refused("no_change_case", "change_case", procedure=CHANGE)


def _check_ending(ended_on: date, married_on: date) -> None:
    if ended_on < married_on:
        raise Refused("ended_before_marriage", "ended_on")
