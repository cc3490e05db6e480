"""What a command is, and the one transaction in which a group of them comes true.

The number of its statements depends on the tables that the group touches, not on its size.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json

from shared import outbox, units
from shared.database import Connection, rows_of
from shared.events.envelope import Event
from shared.recorded import Recorded
from shared.refusal import Refused

_FIRST = "SELECT key, fingerprint, answer::text FROM idempotency WHERE key = ANY($1)"
_REMEMBER = """
INSERT INTO idempotency (key, fingerprint, answer)
SELECT * FROM unnest($1::text[], $2::bytea[], $3::json[]) AS one (key, fingerprint, answer)
 ORDER BY key
    ON CONFLICT (key) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the HTTP request says beside its body: name of the command, its key, its moment.

    `actor` is who gave it, who works for `office`, a unit or what is above units; None for software
    of before it had to say so. `traceparent` is its span, None where traces are not kept.
    """

    name: str
    key: str | None
    fingerprint: bytes
    recorded: Recorded
    actor: str | None = None
    office: str | None = None
    traceparent: str | None = None

    @property
    def kept_key(self) -> str | None:
        """The key as it is kept: two offices may number their work alike."""
        return self.key if self.key is None or self.office is None else f"{self.office}\n{self.key}"


class Version(Protocol):
    """What a table holds of a subject: at least whose it is, and when that was recorded."""

    @property
    def unit(self) -> str | None:
        """The unit that it is of; None where nothing is held of it but what it hangs on."""

    @property
    def recorded_at(self) -> datetime:
        """When the present version was recorded."""


class Table(Protocol):
    """A table of present versions; the modules `store` of cases and of records are two."""

    async def lock(
        self, conn: Connection, wanted: Mapping[UUID, BaseModel], /
    ) -> Mapping[UUID, Version]:
        """Return those that exist, and keep others from changing them until the transaction ends.

        `wanted` are the subjects, each with what is asked of it. Rows are locked in the order of
        their ids, so that two groups cannot wait for each other.
        """

    async def save(self, conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
        """Write the next versions, each with its command; return how many followed the held ones.

        They come in the order of their ids.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One change of one subject.

    `decide` is pure: from the version held (None if there is none) and the moment to the event, or
    a refusal. `answer` tells of the event, and goes out as JSON. A `fresh` subject has an id that
    nobody can know yet, so that none is looked for.
    """

    call: Call
    table: Table
    subject: UUID
    body: BaseModel
    decide: Callable[[Any, Recorded], Event]
    answer: Callable[[Event], object]
    fresh: bool = False

    @property
    def claims(self) -> set[object]:
        """Return what no two commands of a group may share.

        A body may name more than its subject that the decision hangs on, by its `concerns`.
        """
        own = {self.subject, *getattr(self.body, "concerns", ())}
        return own if self.call.kept_key is None else {*own, self.call.kept_key}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command: its answer, and the event of a new one; or why it has none."""

    said: Literal["accepted", "repeated", "refused", "failed"]
    answer: str = ""
    failure: Exception | None = None
    event: Event | None = None


class Overtaken(Exception):
    """Another process committed a key or a first version while the group was decided."""


async def write(conn: Connection, commands: Sequence[Command]) -> list[Outcome]:
    """Decide `commands` and write what was decided, inside the caller's transaction.

    A refused one writes nothing, a repeated one is answered as the first time. No two of them may
    share a claim. Raises Overtaken where the transaction must be undone and the same done again.
    """
    outcomes = await decide(conn, commands)
    decided = [
        (command, outcome.event, outcome.answer)
        for command, outcome in zip(commands, outcomes, strict=True)
        if outcome.event is not None
    ]
    if decided:
        await _save(conn, decided)
        await _remember(conn, decided)
        await outbox.append(conn, [_step(command, event) for command, event, _ in decided])
    return outcomes


async def decide(conn: Connection, commands: Sequence[Command]) -> list[Outcome]:
    """Return what becomes of `commands`, inside the caller's transaction; nothing is written."""
    held = await _held(conn, commands)
    # Not before: who waits for a subject may wait for another process with the same key.
    firsts = await _first_answers(conn, commands)
    return [
        _outcome(command, _first(command.call, firsts), held.get(command.subject))
        for command in commands
    ]


def _outcome(command: Command, first: tuple[bytes, str] | None, held: Version | None) -> Outcome:
    own = held.unit if held is not None else None
    try:
        if own is not None:
            _answered_for(command.call, "id", own)
        if first is None:
            event = _decision(command, held)
            return Outcome("accepted", to_json(command.answer(event)).decode(), event=event)
        if first[0] == command.call.fingerprint:
            return Outcome("repeated", first[1])
        raise Refused("key_reused", "Idempotency-Key")  # noqa: TRY301 - answered like any
    except Refused as refusal:
        return Outcome("refused", failure=refusal)
    except Exception as failure:  # noqa: BLE001 - it is this command's, and is raised to its caller
        return Outcome("failed", failure=failure)


async def _first_answers(
    conn: Connection, commands: Sequence[Command]
) -> Mapping[str | None, tuple[bytes, str]]:
    keys = [key for one in commands for key in (one.call.kept_key, one.call.key) if key is not None]
    rows = await conn.fetch(_FIRST, keys) if keys else []
    return {key: (fingerprint, answer) for key, fingerprint, answer in rows}


def _first(call: Call, firsts: Mapping[str | None, tuple[bytes, str]]) -> tuple[bytes, str] | None:
    """Return what was answered first under a key, also where no office was kept with it yet."""
    return firsts.get(call.kept_key) or firsts.get(call.key)


async def _held(conn: Connection, commands: Sequence[Command]) -> Mapping[UUID, Version]:
    """Return what is held of the subjects, locked; table after table, in one order for all."""
    held: dict[UUID, Version] = {}
    known = [one for one in commands if not one.fresh]
    for table in _tables(known):
        wanted = {one.subject: one.body for one in known if one.table is table}
        held |= await table.lock(conn, wanted)
    return held


def _decision(command: Command, held: Version | None) -> Event:
    recorded = command.call.recorded
    if held is not None:
        recorded = recorded.after(held.recorded_at)
    event = command.decide(held, recorded)
    subject = event.about
    # A desk takes in what is of another unit, too; what becomes of it then is of that one.
    desk = getattr(subject, "received_by", None) if held is None else None
    _answered_for(command.call, "unit", subject.unit, desk)
    return event


def _answered_for(call: Call, field: str, *unit_ids: str | None) -> None:
    """Refuse a command of somebody who answers for none of these units."""
    if call.office is None:
        return
    if not any(one is not None and call.office in units.answering(one) for one in unit_ids):
        raise Refused("other_unit", field, status=403, unit=call.office)


def _step(command: Command, event: Event) -> outbox.Step:
    call = command.call
    reason = getattr(command.body, "reason", None)
    return outbox.Step(event, call.actor, reason, call.traceparent)


async def _save(conn: Connection, decided: Sequence[tuple[Command, Event, str]]) -> None:
    inside = sorted(decided, key=lambda one: one[0].subject)
    for table in _tables([command for command, _, _ in inside]):
        versions = [(event, command.body) for command, event, _ in inside if command.table is table]
        if await table.save(conn, versions) < len(versions):
            raise Overtaken


async def _remember(conn: Connection, decided: Sequence[tuple[Command, Event, str]]) -> None:
    keyed = [
        (command.call.kept_key, command.call.fingerprint, answer)
        for command, _, answer in decided
        if command.call.kept_key is not None
    ]
    if keyed and rows_of(await conn.execute(_REMEMBER, *zip(*keyed, strict=True))) < len(keyed):
        raise Overtaken


def _tables(commands: Sequence[Command]) -> list[Table]:
    """Return the tables concerned, always in the same order, so that groups wait in one order."""
    return sorted({one.table for one in commands}, key=str)
