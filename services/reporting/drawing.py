"""Draws a report: what was asked is checked, the tallies are read, the outline is filled."""

from dataclasses import dataclass
from datetime import date

from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from services.reporting.filings import filings
from services.reporting.report import Plan, Report, ReportHeading, build
from services.reporting.tally_reader import Tallies, read_tallies
from shared import units
from shared.database import Pool
from shared.periods import PERIOD_KINDS
from shared.refusal import Refused


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report and the tallies that it was drawn from."""

    report: Report
    tallies: Tallies


async def draw(pool: Pool, plan: Plan, about: ReportHeading) -> Drawn:
    """Return the report on `about`, from the tallies of one moment."""
    return drawn(plan, about, await read_tallies(pool, about.unit_id, about.as_of))


def drawn(plan: Plan, about: ReportHeading, tallies: Tallies) -> Drawn:
    """Return the report on `about` from these tallies of its unit."""
    figures = TallyFigures(about.period, tallies)
    unit = units.unit(about.unit_id)
    told = filings(unit, about.period, about.as_of, tallies.statements)
    return Drawn(build(plan, about, figures, told), tallies)


def heading(unit: str, period: Period, as_of: date, today: date, name: str = "") -> ReportHeading:
    """Return what is asked for; refuses days that do not fit and units that were not there."""
    if period.end < period.start:
        raise Refused("period_backwards", "to", start=period.start)
    for field, day in (("from", period.start), ("to", period.end), ("as_of", as_of)):
        if day > today:
            raise Refused("in_the_future", field, today=today)
    found = _unit(unit, period.end)
    return ReportHeading(
        unit_id=found.id,
        unit_code=found.code,
        unit_name=found.name,
        parent_name=found.parent,
        period=period,
        as_of=as_of,
        name=name,
    )


def heading_of_kind(
    unit: str, which: tuple[str, int, int], as_of: date, today: date
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
    return heading(unit, period, as_of, today, kind.name(year, number))


def _unit(code_or_id: str, on: date) -> units.Unit:
    try:
        return units.resolve(code_or_id, on)
    except units.UnknownUnit:
        raise Refused("unknown_unit", "unit", status=404, unit=code_or_id) from None
    except units.UnitNotInForce:
        raise Refused("unit_not_in_force", "unit", unit=code_or_id, day=on) from None
