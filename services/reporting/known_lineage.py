"""Reads what is known of the lineage of units: the lists, the law, and what offices have told."""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from shared.database import Connection
from shared.events.envelope import event_id
from shared.events.lineage import UnitLineage
from shared.lineage import Correction, Lineage

_READ = """
SELECT subject, sequence, units.unit, recorded_on, starts, ends, content::text
  FROM statements JOIN units ON units.id = statements.unit
 WHERE kind = 'lineage' ORDER BY subject, sequence
"""


async def read_lineage(conn: Connection, without: Collection[str] = ()) -> Lineage:
    """Return the lineage as of the caller's snapshot; the same one while no correction is added.

    It is as if the corrections `without` had not been told, by the ids of their events.
    """
    rows = [
        tuple(row)
        for row in await conn.fetch(_READ)
        if not without or event_id(row["subject"], row["sequence"]) not in without
    ]
    return _lineage(tuple(rows))


@lru_cache(maxsize=8)
def _lineage(rows: Sequence[tuple[Any, ...]]) -> Lineage:
    return Lineage(
        Correction(
            sequence=sequence,
            recorded_on=recorded_on,
            told=UnitLineage(unit=unit, legal_on=starts, operates_on=ends, **json.loads(content)),
        )
        for _, sequence, unit, recorded_on, starts, ends, content in rows
    )
