"""Decisions about entries: what is recorded in a register, and what is put right in it. Pure."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from services.returns.commands import CorrectEntry, RecordEntry
from services.returns.model import SOURCE
from shared.casework.model import EARLIEST
from shared.casework.place import unit_id
from shared.events.envelope import Event, event_id, new_event
from shared.events.returns import (
    Entry,
    EntryCorrected,
    EntryCorrectedData,
    EntryData,
    EntryRecorded,
)
from shared.recorded import Recorded, not_after
from shared.records.model import HeldRecord
from shared.refusal import Refused, RefusedAll
from shared.registers import REGISTERS, Register


def record(entry_id: UUID, command: RecordEntry, recorded: Recorded) -> Event:
    """Record what happened on a day that has come."""
    register = _register(command.register_code)
    entry = Entry(
        unit=unit_id(command.unit, command.happened_on),
        register_code=command.register_code,
        happened_on=command.happened_on,
        values=dict(command.values),
    )
    _check(entry, register, recorded)
    return new_event(
        EntryRecorded,
        EntryData(entry=entry),
        source=SOURCE,
        subject=entry_id,
        sequence=1,
        occurred_on=entry.happened_on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def correct(held: HeldRecord | None, command: CorrectEntry, recorded: Recorded) -> Event:
    """Put right what was recorded; a cancelled entry stays so."""
    if held is None or "entry" not in held.state:
        raise Refused("unknown_entry", "id", status=404)
    before = Entry.model_validate(held.state["entry"])
    if before.cancelled:
        raise Refused("entry_cancelled", status=409)
    wanted = command.model_dump(exclude_none=True, exclude={"reason"})
    wanted["values"] = {**before.values, **(command.values or {})}
    after = before.model_copy(update=wanted)
    changed = [name for name in wanted if getattr(after, name) != getattr(before, name)]
    if not changed:
        raise Refused("nothing_changes")
    unit_id(after.unit, after.happened_on)
    _check(after, _register(after.register_code), recorded)
    return new_event(
        EntryCorrected,
        EntryCorrectedData(
            entry=after, corrects=event_id(held.id, held.sequence), changed=tuple(changed)
        ),
        source=SOURCE,
        subject=held.id,
        sequence=held.sequence + 1,
        occurred_on=recorded.on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def _register(code: str) -> Register:
    if code not in REGISTERS:
        raise Refused("unknown_register", "register_code", known=", ".join(REGISTERS))
    return REGISTERS[code]


def _check(entry: Entry, register: Register, recorded: Recorded) -> None:
    """Check that the day has come, and that the register has such values."""
    not_after("happened_on", entry.happened_on, recorded)
    if entry.happened_on < EARLIEST:
        raise Refused("too_old", "happened_on", earliest=EARLIEST)
    if wrong := list(_wrong(entry.values, register)):
        raise RefusedAll(wrong)


def _wrong(values: Mapping[str, str], register: Register) -> Iterator[Refused]:
    known = ", ".join(register.fields)
    for name in sorted(values.keys() - register.fields.keys()):
        yield Refused("value_unknown", f"values.{name}", name=name, known=known)
    for name, told in register.fields.items():
        codes = register.codes(name)
        if name not in values and told != "optional":
            yield Refused("value_missing", f"values.{name}", name=name)
        elif name in values and codes is not None and values[name] not in codes:
            yield Refused("value_not_listed", f"values.{name}", known=", ".join(codes))
