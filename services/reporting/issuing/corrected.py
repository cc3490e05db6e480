"""Which corrections of the lineage a changed figure hangs on.

They move no tally: a figure hangs on them that comes out otherwise with the units of before, each
by what it counted for, and the numbers of today.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from services.reporting import projection
from services.reporting.counted import Counted
from services.reporting.drawing import figures_of, members
from services.reporting.figure import Figures
from services.reporting.issuing.causes import value_of
from services.reporting.issuing.kept import KeptFigure
from services.reporting.issuing.later import later_corrections
from services.reporting.known_lineage import read_corrections
from services.reporting.positions import Positions
from services.reporting.report import Borders, ReportHeading
from services.reporting.rolled import part
from services.reporting.tally_reader import Tallies, tallies_of_each
from shared import units
from shared.database import Pool
from shared.lineage import Correction, Lineage, Member
from shared.ways import heirs, sources


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
        if not later:
            return {}
        every = await read_corrections(conn)
        before, now, told = await asyncio.to_thread(_told, about, every, later)
        if before == now:
            return {}
        tallies = await tallies_of_each(conn, {one.unit for one in (*before, *now)}, about.as_of)
    moved = await asyncio.to_thread(_moved, wanted, about, before, now, tallies)
    return dict.fromkeys(moved, tuple(told))


def _told(
    about: ReportHeading, every: Mapping[str, Correction], later: Sequence[str]
) -> tuple[Sequence[Member], Sequence[Member], Sequence[str]]:
    """Return the members before all later corrections and after, and which of these weigh on them.

    They are added in their order. None is left out by itself: the next one may tell the same ways.
    """
    weighing = _weighing(about)
    mine = {event: one for event, one in every.items() if one.told.unit in weighing}
    later = [event for event in later if event in mine]
    known = [one for event, one in mine.items() if event not in later]
    added = [mine[event] for event in later]
    steps = [Lineage([*known, *added[:at]]) for at in range(len(later) + 1)]
    # Not by `members`, which would keep all these lineages. What a correction moves are units of
    # one list, which all worked in the period where the report comes out otherwise.
    weights = [one.members(about.unit_id, about.as_of) for one in steps]
    told = [event for at, event in enumerate(later) if weights[at] != weights[at + 1]]
    return members(about, steps[0]), members(about, steps[-1]), told


def _weighing(about: ReportHeading) -> AbstractSet[str]:
    """Return the units of 2004 whose lineage says whose numbers are in a report."""
    holder = about.unit_id
    if about.borders is Borders.OWN or holder == units.COUNTRY:
        return set()
    inside: Iterable[str] = (holder,) if units.is_unit(holder) else units.under(holder)
    if units.is_of_2004(holder):
        inside = {new for old in inside for new in heirs(old)}
    return {old for new in inside for old in sources().get(new, ())}


def _moved(
    wanted: Mapping[str, KeptFigure],
    about: ReportHeading,
    before: Sequence[Member],
    now: Sequence[Member],
    tallies: Mapping[str, Tallies],
) -> Sequence[str]:
    then, today = (_figures(about, mine, tallies) for mine in (before, now))
    parts = {key: figure.parts or [key] for key, figure in wanted.items()}
    return [key for key, some in parts.items() if value_of(then, some) != value_of(today, some)]


def _figures(
    about: ReportHeading, mine: Sequence[Member], tallies: Mapping[str, Tallies]
) -> Figures:
    parts = [part(one, about.period, tallies[one.unit]) for one in mine]
    return figures_of(about, parts, Counted([tallies[one.unit].sums for one in mine]))
