"""Draws a report: what was asked is checked, the tallies are read, the outline is filled."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from services.reporting import positions, projection
from services.reporting.asked import have_come
from services.reporting.counted import Counted, Counting
from services.reporting.figure import Figures, Period
from services.reporting.filings import added, filings
from services.reporting.known_lineage import read_lineage
from services.reporting.positions import Positions
from services.reporting.report import Borders, Plan, Report, ReportHeading, build
from services.reporting.rolled import Part, RolledFigures, note_on, part
from services.reporting.tally_reader import Tallies, tallies_of_each
from shared import units
from shared.database import Pool
from shared.lineage import Lineage, Member
from shared.periods import PERIOD_KINDS
from shared.refusal import Refused

_LAST_OF_2004 = units.REFORM - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report and the tallies that it was drawn from, by unit, folded up to these positions."""

    report: Report
    tallies: Mapping[str, Tallies]
    folded: Positions


async def draw(pool: Pool, plan: Plan, about: ReportHeading) -> Drawn:
    """Return the report on `about`, from the tallies of one moment."""
    async with projection.snapshot(pool) as conn:
        mine = members(about, await read_lineage(conn))
        tallies = await tallies_of_each(conn, [one.unit for one in mine], about.as_of)
        folded = await positions.read(conn)
    return Drawn(await asyncio.to_thread(drawn, plan, about, mine, tallies), tallies, folded)


def drawn(
    plan: Plan,
    about: ReportHeading,
    mine: Sequence[Member],
    tallies: Mapping[str, Tallies],
    counted: Counting | None = None,
) -> Report:
    """Return the report on `about`, from its members and the tallies of each.

    What is `counted` of them all, in their order, is worked out where it is not given.
    """
    parts = [part(one, about.period, tallies[one.unit]) for one in mine]
    told = [
        filings(units.unit(unit), about.period, about.as_of, tallies[unit].statements)
        for unit in (one.member.unit for one in parts)
    ]
    if not is_rolled(about, mine):
        return build(plan, about, figures_of(about, parts), added(told))
    of_all = counted or Counted([tallies[one.unit].sums for one in mine])
    figures = figures_of(about, parts, of_all)
    return build(plan, about, figures, added(told), note_on(about, parts))


def figures_of(
    about: ReportHeading, parts: Sequence[Part], counted: Counting | None = None
) -> Figures:
    """Return the figures of what is reported: of one unit that counts whole, its own.

    Without what is `counted` of the parts, these are asked one by one.
    """
    if is_rolled(about, [one.member for one in parts]):
        return RolledFigures(about.period, parts, counted, about.unit_id)
    return parts[0].figures


def is_rolled(about: ReportHeading, mine: Sequence[Member]) -> bool:
    """Say whether a report adds up units: not that of one in its own time."""
    return [one.unit for one in mine] != [about.unit_id]


@lru_cache(maxsize=1024)
def members(about: ReportHeading, lineage: Lineage) -> Sequence[Member]:
    """Return whose numbers are in a report: the units that worked on days of its period.

    What a unit of 2025 took over is in its reports that begin before the reform.
    """
    if about.borders is Borders.OWN:
        return (Member(unit=about.unit_id),)
    return _members(about.unit_id, about.as_of, _at_work(about.period), lineage)


@lru_cache(maxsize=1024)
def _members(
    holder: str, as_of: date, lists: tuple[bool, ...], lineage: Lineage
) -> Sequence[Member]:
    every = lineage.members(holder, as_of)
    at_work = tuple(one for one in every if lists[units.is_of_2004(one.unit)])
    return at_work or tuple(one for one in every if one.unit == holder)


def at_work(holder: str, period: Period) -> Sequence[str]:
    """Return the units in what is above units that worked on days of a period."""
    return _under(holder, _at_work(period))


@cache
def _under(holder: str, lists: tuple[bool, ...]) -> Sequence[str]:
    return tuple(one for one in units.under(holder) if lists[units.is_of_2004(one)])


def _at_work(period: Period) -> tuple[bool, ...]:
    """Return of the units of 2025, and of those of 2004, whether they worked on a day of it."""
    return period.end >= units.REFORM, period.start < units.REFORM


def heading(
    unit: str,
    period: Period,
    as_of: date,
    today: date,
    name: str = "",
    borders: Borders | None = None,
) -> ReportHeading:
    """Return what is asked for; refuses days that do not fit and units that were not there.

    A number names the unit of the list of the last day, or of the first one in the borders of
    `then`, or of today's list in those of `today`. Without borders a unit must be in force on the
    last day.
    """
    have_come(period, as_of, today)
    on = {
        Borders.THEN: min(period.start, _LAST_OF_2004),
        Borders.TODAY: max(period.end, units.REFORM),
        Borders.OWN: units.REFORM if unit.startswith("2025") else _LAST_OF_2004,
    }
    holder, code = _holder(unit, on[borders] if borders else period.end)
    return ReportHeading(
        unit_id=holder,
        unit_code=code,
        unit_name=units.called(holder),
        parent_name=_parent(holder),
        period=period,
        as_of=as_of,
        name=name,
        borders=borders,
    )


def _parent(holder: str) -> str:
    """Return what is above, as a document names it: of a province nothing is."""
    if units.is_unit(holder):
        return units.unit(holder).parent
    above = [one for one in units.above(holder) if one != units.COUNTRY]
    return next(map(units.called, above), "")


def heading_of_kind(
    unit: str,
    which: tuple[str, int, int],
    as_of: date,
    today: date,
    borders: Borders | None = None,
) -> ReportHeading:
    """Return what is asked for by kind of period, year and number in it."""
    name, year, number = which
    kind = PERIOD_KINDS.get(name)
    if kind is None:
        raise Refused("unknown_period_kind", "kind", known=", ".join(PERIOD_KINDS))
    try:
        period = kind.period(year, number)
    except ValueError:
        raise Refused("no_such_period", "number", most=len(kind.ends_in)) from None
    return heading(unit, period, as_of, today, kind.name(year, number), borders)


def _holder(told: str, on: date) -> tuple[str, str]:
    """Return the identity and the number of a unit, or of what is above units, on a day."""
    try:
        if not units.CODE.fullmatch(told) and not units.is_unit(told):
            units.called(told)
            code = told.partition("-")[2]
            if code and units.is_of_2004(told) is (on >= units.REFORM):
                raise Refused("unit_not_in_force", "unit", unit=told, day=on)
            return told, code or told
        found = units.resolve(told, on)
    except units.UnknownUnit:
        raise Refused("unknown_unit", "unit", status=404, unit=told) from None
    except units.UnitNotInForce:
        raise Refused("unit_not_in_force", "unit", unit=told, day=on) from None
    return found.id, found.code
