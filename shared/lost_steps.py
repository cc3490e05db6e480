"""What stands on a department's topic and is not in its database: steps that a restore has lost.

A database that knows less than its topic would give their numbers again, to other steps, and
readers would drop these as copies of the lost ones.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import ValidationError

from shared.database import Connection, Pool
from shared.events.envelope import Event
from shared.events.reader import read_event
from shared.log import Record
from shared.topics import partition_of

_NOT_HERE = """
SELECT told.place::integer - 1 AS place
  FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS told (subject, value, place)
 WHERE NOT EXISTS (SELECT FROM history
                    WHERE history.subject = told.subject AND history.value = told.value)
   AND NOT EXISTS (SELECT FROM outbox
                    WHERE outbox.key = convert_to(told.subject::text, 'UTF8')
                      AND outbox.value = told.value)
 ORDER BY told.place
"""
_VERSIONS = {
    "cases": "SELECT id, sequence FROM cases WHERE id = ANY($1)",
    "records": "SELECT id, sequence FROM records WHERE id = ANY($1)",
}
"""Where departments have the present version of a subject; not each has both tables."""
_IS_THERE = "SELECT to_regclass($1) IS NOT NULL"
_KEPT = """
SELECT subject, (convert_from(value, 'UTF8')::json ->> 'sequence')::integer AS sequence
  FROM (SELECT subject, value FROM history WHERE subject = ANY($1)
         UNION ALL
        SELECT convert_from(key, 'UTF8')::uuid, value FROM outbox
         WHERE key = ANY(SELECT convert_to(one::text, 'UTF8') FROM unnest($1::uuid[]) AS one)
       ) AS step
"""
_NAMED = 5
"""The version of ids that are made of what the subject is, so that it gets the same one again."""


@dataclass(frozen=True, slots=True)
class LostStep:
    """A step on the topic that is not in the database.

    `lost`: it follows what is held of its subject. `unknown`: nothing is held of its subject.
    `other`: another step has its number here.
    """

    why: Literal["lost", "unknown", "other"]
    event: Event
    value: bytes
    place: str

    @property
    def endangers(self) -> bool:
        """Whether the department would give its number to another step.

        The id of a subject that is not known is never given again, unless it is made of its name.
        """
        return self.why != "unknown" or self.event.subject.version == _NAMED


async def lost_steps(db: Connection | Pool, records: Sequence[Record]) -> AsyncIterator[LostStep]:
    """Yield the steps among `records` of the department's topic that are not in its database.

    What is no event is left out, and so are steps from before the history was kept.
    """
    steps = [(subject, one) for one in records if (subject := _subject(one)) is not None]
    told = [subject for subject, _ in steps], [one.value for _, one in steps]
    found = [steps[row["place"]] for row in await db.fetch(_NOT_HERE, *told)]
    if not found:
        return
    subjects = {subject for subject, _ in found}
    held, kept = await versions(db, subjects), await _kept(db, subjects)
    for subject, record in found:
        try:
            event = read_event(record.value)
        except ValidationError:
            continue
        why: Literal["lost", "unknown", "other"] = "lost"
        if event.subject != subject:
            continue
        if (subject, event.sequence) in kept:
            why = "other"
        elif event.sequence <= held.get(subject, 0):
            continue
        elif subject not in held:
            why = "unknown"
        place = f"{record.topic}/{record.partition}@{record.offset}"
        yield LostStep(why, event, record.value, place)


async def versions(db: Connection | Pool, subjects: Collection[UUID]) -> Mapping[UUID, int]:
    """Return the sequence of the present version of each subject that there is."""
    found: dict[UUID, int] = {}
    for table, query in _VERSIONS.items():
        if await db.fetchval(_IS_THERE, table):
            found |= {row["id"]: row["sequence"] for row in await db.fetch(query, [*subjects])}
    return found


async def _kept(db: Connection | Pool, subjects: Collection[UUID]) -> set[tuple[UUID, int]]:
    rows = await db.fetch(_KEPT, [*subjects])
    return {(row["subject"], row["sequence"]) for row in rows}


def _subject(record: Record) -> UUID | None:
    """Return the subject of a record by its key, None where it cannot be one of ours."""
    key = record.key
    if not record.value or key is None or partition_of(key) != record.partition:
        return None
    try:
        subject = UUID(key.decode())
    except ValueError:
        return None
    return subject if str(subject).encode() == key else None
