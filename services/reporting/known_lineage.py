"""Reads what is known of the lineage of units: the lists, the law, and what offices have told."""

import json
from collections.abc import Mapping, Sequence
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


async def read_lineage(conn: Connection) -> Lineage:
    """Return the lineage as of the caller's snapshot; the same one while no correction is added."""
    return _lineage(tuple(tuple(row) for row in await conn.fetch(_READ)))


async def read_corrections(conn: Connection) -> Mapping[str, Correction]:
    """Return every correction as of the caller's snapshot, by the id of its event."""
    rows = await conn.fetch(_READ)
    return {event_id(row["subject"], row["sequence"]): _correction(tuple(row)) for row in rows}


@lru_cache(maxsize=8)
def _lineage(rows: Sequence[tuple[Any, ...]]) -> Lineage:
    return Lineage(map(_correction, rows))


def _correction(row: tuple[Any, ...]) -> Correction:
    _, sequence, unit, recorded_on, starts, ends, content = row
    told = UnitLineage(unit=unit, legal_on=starts, operates_on=ends, **json.loads(content))
    return Correction(sequence=sequence, recorded_on=recorded_on, told=told)
