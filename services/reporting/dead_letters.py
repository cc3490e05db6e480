"""Dead letters as an operator sees them: found, shown, and what would make each an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg
from aiokafka import ConsumerRecord

from services.reporting.batch import Record
from shared.database import Connection, Pool

_FIND = """
SELECT topic, partition, "offset", reason, detail, key, value, kept_at, replayed_at
  FROM dead_letters
 WHERE ($1::text IS NULL OR reason = $1) AND ($2::text IS NULL OR topic = $2)
   AND ($3::timestamptz IS NULL OR kept_at >= $3) AND ($4 OR replayed_at IS NULL)
   AND ($5::text IS NULL OR (topic, partition, "offset") = ($5, $6::integer, $7::bigint))
   AND (topic, partition, "offset") > ($8::text, $9::integer, $10::bigint)
 ORDER BY topic, partition, "offset" LIMIT $11
"""

REMEDIES: Mapping[str, str] = {
    "empty": "A record without a value. No release can read it: have its sender stop.",
    "too_long": "Larger than any event of ours. No release can read it: have its sender stop.",
    "not_json": "The bytes are no JSON. No release can read it: have its sender publish it anew.",
    "unknown_type": "A type that this release does not know. Start the release that knows it,"
    " then replay.",
    "not_an_event": "A field is missing or not as the type says (see the detail). Where the sender"
    " is newer than reporting, start the newer release, then replay; else it is published anew.",
    "wrong_topic": "The type belongs to another department's topic. Its sender publishes it there.",
    "wrong_key": "The record's key is not the subject. Its sender publishes it with that key.",
    "wrong_partition": "The key belongs to another partition. Its sender publishes it with Kafka's"
    " own partitioner.",
    "unknown_procedure": "A procedure that is not in shared/procedures.toml, or of another"
    " department. Add it in a new release, then replay.",
    "unknown_unit": "A unit that this release does not know. Start the release with the newer list"
    " of units, then replay.",
    "wrong_lineage": "What became of a unit is not told whole, or over ways that the lists do not"
    " know (see the detail). Its sender tells it anew.",
}
"""What would make a record an event, by why it is none (decode.py)."""


class Place(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """Return it as operators write it."""
        return f"{self.topic}/{self.partition}@{self.offset}"


START = Place("", -1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which letters are meant: all that are as each of these says. Replayed ones only if asked."""

    reason: str | None = None
    topic: str | None = None
    since: datetime | None = None
    place: Place | None = None
    replayed: bool = False


def place_of(row: asyncpg.Record) -> Place:
    """Return where a letter stands on its topic."""
    return Place(row["topic"], row["partition"], row["offset"])


async def find(
    db: Connection | Pool, chosen: Chosen, count: int, after: Place = START
) -> Sequence[asyncpg.Record]:
    """Return the first letters behind `after`, by place."""
    place: tuple[object, ...] = chosen.place or (None, None, None)
    told = (chosen.reason, chosen.topic, chosen.since, chosen.replayed, *place, *after, count)
    return await db.fetch(_FIND, *told)


def as_record(row: asyncpg.Record) -> Record:
    """Return a letter as Kafka handed it out."""
    key, value = row["key"], row["value"]
    return ConsumerRecord(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        timestamp=0,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=(),
    )
