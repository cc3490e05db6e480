"""The chain of the trail, computed and checked; what it is stands in decision 0030. Pure.

The database computes it too (migrations/0001_audit.sql): whoever changes how must change both.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

START = bytes(32)
"""The hash before row 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the trail as it is kept; `hash` binds it to all rows before it."""

    number: int
    at: datetime
    actor: str | None
    act: str
    subject: str
    unit: str | None
    told: str | None
    source: str | None
    place: int | None
    digest: bytes | None
    reason: bytes | None
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a trail at some moment: its number, 0 where there is none, and its hash."""

    number: int
    hash: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read NUMBER:HASH. Raises ValueError where it is none."""
        number, _, hash_ = text.partition(":")
        head = cls(int(number), bytes.fromhex(hash_))
        if head.number < 0 or len(head.hash) != len(START):
            raise ValueError(text)
        return head

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


NOTHING = Head(0, START)
"""The head of a trail that has no row."""


def moment(at: datetime) -> str:
    """Return a moment as it is hashed: in UTC, with microseconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def canonical(told: Iterable[object]) -> bytes:
    """Return values as they are hashed: a JSON list, written as PostgreSQL writes its jsonb."""
    return json.dumps(list(told), ensure_ascii=False).encode()


def following(before: bytes, row: Row) -> bytes:
    """Return the hash that a row must have behind one of this hash."""
    told = (row.number, moment(row.at), row.actor, row.act, row.subject, row.unit, row.told)
    made = (row.source, row.place, _hex(row.digest), _hex(row.reason))
    return hashlib.sha256(before + canonical((*told, *made))).digest()


class Walk:
    """Goes along a trail from its first row, and says what is wrong with each.

    Behind a row that is wrong the walk goes on from the hash that it bears: one changed row is one
    fault. The rows whose numbers are missing cannot be known, nor whether the next one was theirs.
    """

    def __init__(self, since: Collection[Head] = ()) -> None:
        """Stand before the first row; `since` are heads that the trail had earlier."""
        self._since = {head.number: head for head in since}
        self.head = NOTHING

    def faults(self, row: Row) -> Iterator[str]:
        """Take the next row; yield what is wrong. Rows come in the order of their numbers."""
        number, expected = row.number, self.head.number + 1
        if number < expected:
            yield f"row {number} is there twice"
        elif number > expected:
            rows = f"row {expected} is" if number == expected + 1 else f"rows {expected} to"
            last = "" if number == expected + 1 else f" {number - 1} are"
            yield f"{rows}{last} missing"
        elif row.hash != following(self.head.hash, row):
            yield f"row {number} is not as it was written"
        known = self._since.pop(number, None)
        if known is not None and known.hash != row.hash:
            yield f"row {number} is another one than that of {known}: the trail was written anew"
        self.head = Head(number, row.hash)

    def faults_at_the_end(self) -> Iterator[str]:
        """Yield what is wrong once there are no more rows."""
        for head in self._since.values():
            if head != NOTHING:
                yield f"{head} is not in the trail, which ends at row {self.head.number}"


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()
