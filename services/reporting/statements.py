"""Reads what a unit's departments have stated: returns and entries as they stood on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from services.reporting.figure import Period
from shared.database import Connection

_READ = """
WITH mine AS (SELECT id FROM units WHERE unit = $1),
versions AS (
    SELECT *, max(recorded_on) OVER before AS held_from,
           first_value(recorded_on) OVER before AS first_recorded_on
      FROM statements
     WHERE subject IN (SELECT subject FROM statements WHERE unit = (SELECT id FROM mine))
    WINDOW before AS (PARTITION BY subject ORDER BY sequence)
), known AS (
    SELECT DISTINCT ON (subject) * FROM versions WHERE held_from <= $2
     ORDER BY subject, sequence DESC
)
SELECT subject, sequence, kind, code, starts, ends, status, content::text AS content,
       held_from, first_recorded_on
  FROM known WHERE unit = (SELECT id FROM mine)
 ORDER BY ends, starts, subject
"""


class Line(msgspec.Struct, frozen=True):
    """A line of a return, as its event holds it (shared.events.returns.DeclaredFigure)."""

    indicator: str
    amount: int | None = None
    absence: Literal["missing", "not_applicable"] | None = None
    dimensions: Mapping[str, str] = msgspec.field(default_factory=dict)
    decimals: int = 0
    upper: int | None = None
    qualifier: Literal["about", "more_than", "less_than"] | None = None
    text: str | None = None
    until: date | None = None

    def scaled(self, amount: int) -> int | Decimal:
        """Return an amount of the line as a number."""
        return Decimal(amount).scaleb(-self.decimals) if self.decimals else amount


@dataclass(frozen=True, slots=True)
class Statement:
    """A return or an entry as it stood; `recorded_on` is the day from which it did.

    `code` is the form or the register. An entry has values, a return has lines. A return that was
    sent back or waits to be accepted counts for nothing.
    """

    subject: str
    sequence: int
    kind: Literal["return", "entry"]
    code: str
    period: Period
    status: str
    first_recorded_on: date
    recorded_on: date
    lines: Sequence[Line] = ()
    values: Mapping[str, str] = field(default_factory=dict)


_LINES = msgspec.json.Decoder(tuple[Line, ...])
_VALUES = msgspec.json.Decoder(dict[str, str])


async def read_statements(conn: Connection, unit: str, as_of: date) -> list[Statement]:
    """Return what was stated of a unit up to the end of a day, by the ends of the periods.

    Each subject stands once, in its last version. It is part of the caller's snapshot.
    """
    return [
        Statement(
            subject=str(row["subject"]),
            sequence=row["sequence"],
            kind=row["kind"],
            code=row["code"],
            period=Period(start=row["starts"], end=row["ends"]),
            status=row["status"],
            first_recorded_on=row["first_recorded_on"],
            recorded_on=row["held_from"],
            lines=_LINES.decode(row["content"]) if row["kind"] == "return" else (),
            values=_VALUES.decode(row["content"]) if row["kind"] == "entry" else {},
        )
        for row in await conn.fetch(_READ, unit, as_of)
    ]
