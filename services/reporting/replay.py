"""Folds dead letters that this release can read, as if it had been there when they came.

What holds of the fold (docs/exactness.md) holds of this: under the lock of their partitions'
positions all known steps of a subject are compared, and only what is new is added.
Positions stay: letters lie below them. A letter stays too, and tells when it was replayed.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg

from services.reporting import positions
from services.reporting.batch import Reader
from services.reporting.dead_letters import START, Chosen, Place, as_record, find, place_of
from services.reporting.decode import Undecodable
from services.reporting.fold import write
from services.reporting.numbers import Numbers
from shared.audit.trail import note
from shared.database import Pool

_AT_ONCE = 1_000

_REPLAYED = """
UPDATE dead_letters SET replayed_at = clock_timestamp()
  FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS told (topic, partition, "offset")
 WHERE (dead_letters.topic, dead_letters.partition, dead_letters."offset")
       = (told.topic, told.partition, told."offset")
   AND replayed_at IS NULL
"""
# A later copy of the event may be folded already: its place is the first on the log, as a recount
# has it. Both copies lie on one topic and in one partition, or one of them is no event.
_FIRST_PLACE = """
UPDATE facts SET "offset" = told."offset"
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS told (subject, sequence, "offset")
 WHERE (facts.subject, facts.sequence) = (told.subject, told.sequence)
   AND facts."offset" > told."offset"
"""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of some letters: folded (so many of them new), and still no event, and why."""

    folded: Sequence[Place]
    new: int
    left: Sequence[tuple[Place, Undecodable]]


async def replay(pool: Pool, chosen: Chosen, by: str) -> AsyncIterator[Replayed]:
    """Fold the chosen letters of the projection of `pool`; yield what became of some at a time.

    That `by` did it stands in the audit trail.
    It may be stopped at any time and started again.
    """
    reader, numbers, after = Reader(), Numbers(), START
    while letters := await find(pool, chosen, _AT_ONCE, after):
        yield await _fold(pool, reader, numbers, letters, by)
        after = place_of(letters[-1])


async def _fold(
    pool: Pool, reader: Reader, numbers: Numbers, letters: Sequence[asyncpg.Record], by: str
) -> Replayed:
    records = [as_record(letter) for letter in letters]
    batch = reader.read(records)
    await numbers.learn(pool, reader)
    places = [place_of(letter) for letter in letters]
    good = [place for number, place in enumerate(places) if number not in batch.letters]
    new = 0
    if good:
        async with pool.acquire() as conn, conn.transaction():
            partitions = {place.partition for place in good}
            await positions.lock(conn, partitions)
            new = len(await write(conn, numbers, records, batch))
            steps = batch.versions
            origin = [records[place].offset for place in steps.place.tolist()]
            await conn.execute(_FIRST_PLACE, batch.subjects, steps.sequence.tolist(), origin)
            await positions.touch(conn, partitions)
            await conn.execute(_REPLAYED, *map(list, zip(*good, strict=True)))
            told = f"{new} new of " + " ".join(map(str, good))
            await note(conn, "dead_letters.replay", by, "reporting", told=told)
    return Replayed(good, new, [(places[number], why) for number, why in batch.letters.items()])
