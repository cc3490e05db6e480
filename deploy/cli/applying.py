"""Brings a department's database up to its topic: each lost step, as its event tells of it.

Deploy knows the tables of all departments; what is written stands in their own stores.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from services.registry import store as registry
from services.returns import store as returns
from shared.audit.trail import note, operator
from shared.casework import store as casework
from shared.commands import Table
from shared.database import Connection
from shared.events.cases import CaseData, CaseExtended, CaseReceived
from shared.events.envelope import Event
from shared.events.registry import (
    BirthRegistered,
    DeathRegistered,
    MaritalStatusConfirmed,
    MarriageEnded,
    MarriageRegistered,
    RegisterEntryCorrected,
)
from shared.events.returns import ReturnData
from shared.frozen import Frozen
from shared.lost_steps import LostStep, versions
from shared.records import store as records
from shared.relay import LEAD

_KEEP = """
INSERT INTO history (subject, position, value)
VALUES ($1, nextval(pg_get_serial_sequence('outbox', 'position')), $2)
"""

_ENTRIES = (
    *(BirthRegistered, DeathRegistered, MarriageRegistered, MaritalStatusConfirmed),
    *(RegisterEntryCorrected, MarriageEnded),
)


class StillRuns(Exception):
    """The department is not stopped."""


class Nothing(Frozen):
    """What is left of a command: nothing beside its event."""


async def apply(
    conn: Connection, department: str, steps: Sequence[LostStep], by: str | None = None
) -> tuple[list[LostStep], list[LostStep]]:
    """Write the steps in one transaction; return those that were written, and those that cannot be.

    `by` whom, else by the user of the system, is told to the audit trail.
    A subject of which another step has a number that is on the topic is left as it is, and so is a
    step before which one is missing.
    """
    if not await conn.fetchval(LEAD):
        raise StillRuns
    applied: list[LostStep] = []
    left: list[LostStep] = []
    async with conn.transaction():
        held = await versions(conn, {one.event.subject for one in steps})
        order = sorted(steps, key=lambda one: (one.event.subject, one.event.sequence))
        for subject, own in groupby(order, key=attrgetter("event.subject")):
            of_subject = list(own)
            follow = _follow(held.get(subject, 0), of_subject)
            (applied if follow else left).extend(of_subject)
            for one in of_subject if follow else ():
                await _write(conn, department, one)
        told = f"{len(applied)} steps from the topic, {len(left)} left out"
        await note(conn, "compare.apply", operator(by), department, told=told)
    return applied, left


def missing(event: Event) -> Sequence[str]:
    """Return what no event tells of a step, so that it is not in the database now."""
    more: Mapping[type[Event], str] = {
        CaseReceived: "applicant, hour of receipt, particulars",
        CaseExtended: "days of the extension (its due day is there)",
        **dict.fromkeys(_ENTRIES, "what the entry says, its people, its number in the book"),
    }
    own = more.get(type(event))
    return [*([own] if own else []), "who gave the command, and why"]


def _follow(held: int, steps: Sequence[LostStep]) -> bool:
    """Say whether the steps are the next ones of their subject."""
    numbers = [one.event.sequence for one in steps]
    return numbers == list(range(held + 1, held + 1 + len(steps)))


async def _write(conn: Connection, department: str, step: LostStep) -> None:
    await _table(department, step.event).save(conn, [(step.event, Nothing())])
    await conn.execute(_KEEP, step.event.subject, step.value)


def _table(department: str, event: Event) -> Table:
    """Return where the department has the present version of what an event is about."""
    if isinstance(event.data, CaseData):
        return registry if department == "registry" else casework
    return returns if isinstance(event.data, ReturnData) else records
