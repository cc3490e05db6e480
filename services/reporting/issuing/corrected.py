"""Which corrections of the lineage a changed figure hangs on.

They move no tally: a figure hangs on them that comes out otherwise with the units of before, each
by what it counted for, and the numbers of today.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from services.reporting import projection
from services.reporting.drawing import figures_of, members
from services.reporting.issuing.causes import value_of
from services.reporting.issuing.kept import KeptFigure
from services.reporting.issuing.later import later_corrections
from services.reporting.known_lineage import read_lineage
from services.reporting.positions import Positions
from services.reporting.report import ReportHeading
from services.reporting.rolled import part
from services.reporting.tally_reader import Tallies, tallies_of_each
from shared.database import Pool
from shared.lineage import Member


async def corrected(
    pool: Pool,
    wanted: Mapping[str, KeptFigure],
    about: ReportHeading,
    since: Positions,
    drawn_as_of: date,
) -> dict[str, tuple[str, ...]]:
    """Return the corrections by the keys of the figures that they moved in a report on `about`.

    They stand at or above the positions `since`, or were recorded after the day `drawn_as_of`.
    """
    async with projection.snapshot(pool) as conn:
        later = await later_corrections(conn, since, drawn_as_of, about.as_of)
        before = members(about, await read_lineage(conn, without=later))
        now = members(about, await read_lineage(conn))
        if before == now:
            return {}
        told = [
            one for one in later if members(about, await read_lineage(conn, without=[one])) != now
        ]
        units = {one.unit for one in (*before, *now)}
        tallies = await tallies_of_each(conn, units, about.as_of)
    moved = await asyncio.to_thread(_moved, wanted, about, before, now, tallies)
    return dict.fromkeys(moved, tuple(told))


def _moved(
    wanted: Mapping[str, KeptFigure],
    about: ReportHeading,
    before: Sequence[Member],
    now: Sequence[Member],
    tallies: Mapping[str, Tallies],
) -> Sequence[str]:
    then, today = (
        figures_of(about, [part(one, about.period, tallies[one.unit]) for one in mine])
        for mine in (before, now)
    )
    parts = {key: figure.parts or [key] for key, figure in wanted.items()}
    return [key for key, some in parts.items() if value_of(then, some) != value_of(today, some)]
