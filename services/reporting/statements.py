"""Reads what a unit's departments have stated: returns and entries as they stood on a day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Literal

import asyncpg
import msgspec

from services.reporting.figure import Period
from shared.database import Connection
from shared.events.returns import ReturnStatus
from shared.record import record

_READ = """
WITH mine AS (SELECT id, unit FROM units WHERE unit = ANY($1::text[])), theirs AS (
    SELECT DISTINCT mine.id, mine.unit, subject
      FROM mine JOIN statements ON statements.unit = mine.id AND kind <> 'lineage'
)
SELECT theirs.unit, subject::text AS subject, sequence, statements.unit = theirs.id AS is_own,
       recorded_on, kind, code, starts, ends, status, content::text AS content
  FROM theirs JOIN statements USING (subject)
 ORDER BY theirs.unit, subject, sequence
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


@record()
class Statement:
    """A return or an entry as it stood; `recorded_on` is the day from which it did.

    `delivered_on` is the day of the submission that was not sent back (shared with what is owed,
    services/returns/owed.py), None where it was; of an entry, of its first version.

    `code` is the form or the register. An entry has values, a return has lines. A return that was
    sent back or waits to be accepted counts for nothing.
    """

    subject: str
    sequence: int
    kind: Literal["return", "entry"]
    code: str
    period: Period
    status: str
    delivered_on: date | None
    recorded_on: date
    lines: Sequence[Line] = ()
    values: Mapping[str, str] = field(default_factory=dict)


_SENT_BACK = ReturnStatus.SENT_BACK.value
_LINES = msgspec.json.Decoder(tuple[Line, ...])
_VALUES = msgspec.json.Decoder(dict[str, str])


async def statements_of_each(
    conn: Connection, units: Collection[str], as_of: date
) -> Mapping[str, list[Statement]]:
    """Return what was stated of each unit up to the end of a day, by the ends of the periods.

    Each subject stands once, in its last version. It is part of the caller's snapshot.
    """
    known: dict[str, list[Statement]] = {unit: [] for unit in units}
    rows = await conn.fetch(_READ, list(units))
    for (unit, _), versions in groupby(rows, itemgetter("unit", "subject")):
        held = _held(versions, as_of)
        if held is not None:
            known[unit].append(held)
    for told in known.values():
        told.sort(key=lambda one: (one.period.end, one.period.start, one.subject))
    return known


def _held(versions: Iterable[asyncpg.Record], as_of: date) -> Statement | None:
    """Return a subject as it stood at the end of a day, None where it was not of the unit.

    `versions` are in their order. Each holds from the latest day on which it or one before it was
    recorded.
    """
    delivered_on = last = held_from = None
    for version in versions:
        from_day = max(held_from or version["recorded_on"], version["recorded_on"])
        if from_day > as_of:
            break
        last, held_from = version, from_day
        delivered_on = None if version["status"] == _SENT_BACK else delivered_on or from_day
    if last is None or not last["is_own"]:
        return None
    assert held_from is not None
    is_return = last["kind"] == "return"
    return Statement(
        subject=last["subject"],
        sequence=last["sequence"],
        kind=last["kind"],
        code=last["code"],
        period=Period(start=last["starts"], end=last["ends"]),
        status=last["status"],
        delivered_on=delivered_on,
        recorded_on=held_from,
        lines=_LINES.decode(last["content"]) if is_return else (),
        values={} if is_return else _VALUES.decode(last["content"]),
    )
