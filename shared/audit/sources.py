"""What the trail speaks of: tables whose every row has its row there, and how it is digested.

Digests are made in the database when a row is added (0006_audited.sql and its like) and here when
it is verified: the database is not asked whether it is right.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.audit.chain import canonical, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table that the trail speaks of.

    `rows` asks for all of its rows: `subject` as text and `place`, which together are a key, and
    what `digest` is made of; a table with reasons has them and their `salt` too.
    """

    table: str
    rows: str
    digest: Callable[[Mapping[str, Any]], bytes]


def digest_of(*columns: str) -> Callable[[Mapping[str, Any]], bytes]:
    """Return what digests the values of these columns, in this order."""

    def digest(row: Mapping[str, Any]) -> bytes:
        return hashlib.sha256(canonical(_plain(row[name]) for name in columns)).digest()

    return digest


def sealed(salt: UUID, reason: str) -> bytes:
    """Return the digest of a reason, which says nothing to who has not its salt."""
    return hashlib.sha256(salt.bytes + reason.encode()).digest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return str(value) if isinstance(value, date | UUID) else value


def _digest_of_step(row: Mapping[str, Any]) -> bytes:
    """Digest an event's bytes, and who gave the command."""
    return hashlib.sha256(row["value"] + (row["actor"] or "").encode()).digest()


HISTORY = Source(
    table="history",
    rows="SELECT subject::text, position AS place, actor, value, salt, reason FROM history",
    digest=_digest_of_step,
)
READINGS = Source(
    table="readings",
    rows="SELECT subject::text, id AS place, read_at, reader, reader_unit, kind, fields, purpose"
    " FROM readings",
    digest=digest_of(
        *("read_at", "reader", "reader_unit", "kind", "subject", "fields", "purpose"),
    ),
)
RETENTIONS = Source(
    table="retentions",
    rows="SELECT rule AS subject, id AS place, applied_at, before, rows FROM retentions",
    digest=digest_of("applied_at", "subject", "before", "rows"),
)
