"""The page of a unit's calendar of returns."""

from collections.abc import Mapping
from datetime import date

from fastapi import Request, Response

from services.reporting import positions
from services.reporting.console.pages import page
from services.reporting.console.returns import Calendar, calendar
from services.reporting.console.view import View
from services.reporting.filings import Course
from services.reporting.standing import Standing
from services.reporting.tally_reader import Tallies
from shared import units


async def returns_page(
    request: Request, standing: Standing, unit_id: str, year: int, as_of: date
) -> Response:
    """Return the page."""
    unit = units.unit(unit_id)

    def work_out(tallies: Mapping[str, Tallies]) -> Mapping[str, Calendar]:
        return {id_: calendar(unit, year, as_of, one.statements) for id_, one in tallies.items()}

    each = await standing.each([unit_id], as_of, ("console.returns", year), work_out)
    return page(
        request,
        "returns.html",
        View(f"/console/units/{unit_id}/returns", {"year": year, "as_of": as_of}),
        unit=unit,
        year=year,
        as_of=as_of,
        calendar=each.of[unit_id],
        courses=list(Course),
        folded=positions.to_json(each.folded),
    )
