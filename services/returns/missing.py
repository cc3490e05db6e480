"""How many returns are past their due day and not delivered, as a metric."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import asyncpg

from shared import units
from shared.database import Pool
from shared.events.returns import ReturnStatus
from shared.forms import FORMS
from shared.metrics import RETURNS_MISSING
from shared.obligations import owed

_LOOKED_BACK = timedelta(days=400)
_LATEST = """
SELECT DISTINCT ON (id) unit, form, period_start, period_end, status
  FROM return_steps ORDER BY id, sequence DESC
"""


async def count_missing(pool: Pool, on: date) -> None:
    """Set the metric, as things stand on a day: one statement, the rest beside the clerks' loop."""
    rows = await pool.fetch(_LATEST)
    found = await asyncio.to_thread(missing, rows, on)
    for department in {form.department for form in FORMS.values()}:
        RETURNS_MISSING.labels(department).set(found[department])


def missing(latest: Iterable[asyncpg.Record], on: date) -> Counter[str]:
    """Count the missing returns by department, given the latest step of each return.

    Only units that have ever told something are known to be served.
    """
    of_unit: dict[str, list[asyncpg.Record]] = {}
    for row in latest:
        of_unit.setdefault(row["unit"], []).append(row)
    return sum((_of_unit(unit, told, on) for unit, told in of_unit.items()), Counter[str]())


def _of_unit(unit: str, told: Sequence[asyncpg.Record], on: date) -> Counter[str]:
    delivered = [row for row in told if row["status"] != ReturnStatus.SENT_BACK]
    return Counter(
        one.form.department
        for one in owed(units.unit(unit), on - _LOOKED_BACK, on)
        if one.days_late(on)
        and not any(
            one.met_by(row["form"], row["period_start"], row["period_end"]) for row in delivered
        )
    )
