"""The steps of returns, as they are read: those of one, and those of a unit up to a moment."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from shared.database import Pool
from shared.events.returns import DeclaredFigure, ReturnStatus

_COLUMNS = """
id, sequence, unit, form, period_start, period_end, status, figures::text, recorded_at, reason
"""
_OF_RETURN = f"SELECT {_COLUMNS} FROM return_steps WHERE id = $1 ORDER BY sequence"  # noqa: S608
_OF_UNIT = f"""
SELECT {_COLUMNS} FROM return_steps WHERE unit = $1 AND recorded_at < $2 ORDER BY id, sequence
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One version of a return: what was told, when, and why it was sent back or corrected."""

    id: UUID
    sequence: int
    unit: str
    form: str
    period_start: date
    period_end: date
    status: ReturnStatus
    figures: Sequence[DeclaredFigure]
    recorded_at: datetime
    reason: str | None


async def of_return(pool: Pool, id_: UUID) -> Sequence[Step]:
    """Return the steps of a return, the first one first; none of an unknown id."""
    return [_step(row) for row in await pool.fetch(_OF_RETURN, id_)]


async def of_unit(pool: Pool, unit: str, before: datetime) -> Sequence[Step]:
    """Return the steps of all returns of a unit that were recorded before a moment, in order."""
    return [_step(row) for row in await pool.fetch(_OF_UNIT, unit, before)]


def _step(row: asyncpg.Record) -> Step:
    figures = [DeclaredFigure.model_validate(line) for line in json.loads(row["figures"])]
    return Step(**(dict(row) | {"figures": figures, "status": ReturnStatus(row["status"])}))
