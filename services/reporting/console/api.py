"""The routes of the console's pages."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from services.reporting.console import vintages_page
from services.reporting.console.overview_page import Asked, OverviewPage
from services.reporting.console.pages import asset, sent_on
from services.reporting.console.questions import AskedDays, Days, allowed
from services.reporting.console.returns_page import returns_page
from services.reporting.console.unit_page import UnitPage
from services.reporting.console.view import address
from services.reporting.report import Plan
from services.reporting.standing import Standing
from shared import units
from shared.access import asking
from shared.clock import Clock, ward_day
from shared.database import Pool
from shared.frozen import EARLIEST_DAY, Day
from shared.parameters import known_parameters
from shared.periods import Step
from shared.refusal import Refused

type Sort = Literal["name", "received", "in_time", "overdue", "reconciled", "missing", "broken"]

_MOST_COMPARED = 12


def console_routes(pool: Pool, standing: Standing, plan: Plan, clock: Clock) -> APIRouter:
    """Return the routes of the pages, of their stylesheet and their script."""
    routes = APIRouter(prefix="/console", tags=["console"])
    known = [Depends(known_parameters)]
    units_in_a_city = OverviewPage(standing, plan)

    type AskedFor = Annotated[Days, Depends(AskedDays(clock))]

    @routes.get("/style.css", summary="The stylesheet of the pages", response_class=Response)
    async def style() -> Response:
        return asset("style.css")

    @routes.get("/live.js", summary="The script of the pages", response_class=Response)
    async def live() -> Response:
        return asset("live.js")

    @routes.get(
        "",
        dependencies=known,
        summary="Each unit of a city, and all of them",
        response_class=Response,
    )
    async def overview(
        request: Request,
        *,
        days: AskedFor,
        unit: Annotated[str, Query(max_length=16, examples=["2025-31"])] = "",
        sort: Sort = "name",
        order: Literal["asc", "desc"] = "asc",
        q: Annotated[str, Query(max_length=100, description="part of a name")] = "",
        compare: Annotated[list[str], Query(max_length=_MOST_COMPARED)] = [],  # noqa: B006 - copied
        page: Annotated[int, Query(ge=0, le=10_000)] = 0,
    ) -> Response:
        holder = allowed(request, unit or asking(request).unit)
        asked = Asked(holder, days, sort, order, q, tuple(compare), page)
        if units.is_unit(holder):
            return sent_on(request, address(f"/console/units/{holder}", **days.state))
        if not unit or not days.is_told:
            return sent_on(request, asked.view.at())
        return await units_in_a_city.shown(request, asked)

    _add_unit_routes(routes, pool, standing, plan, clock)
    return routes


def _add_unit_routes(
    routes: APIRouter, pool: Pool, standing: Standing, plan: Plan, clock: Clock
) -> None:
    """Add the routes of the pages on one unit."""
    known = [Depends(known_parameters)]
    one_unit = UnitPage(pool, standing)
    two_vintages = vintages_page.VintagesPage(pool, plan)

    type AskedFor = Annotated[Days, Depends(AskedDays(clock))]

    @routes.get(
        "/units/{id}", dependencies=known, summary="How one unit stands", response_class=Response
    )
    async def unit(
        id: str,  # noqa: A002 - in the address
        request: Request,
        days: AskedFor,
        by: Step = "month",
    ) -> Response:
        if not units.is_unit(allowed(request, id)):
            return sent_on(request, address("/console", unit=id, **days.state))
        if not days.is_told:
            return sent_on(request, address(f"/console/units/{id}", **days.state, by=by))
        return await one_unit.shown(request, id, days, by)

    @routes.get(
        "/units/{id}/compare",
        dependencies=known,
        summary="A unit's term report as of two days, figure by figure",
        response_class=Response,
    )
    async def compare(
        id: str,  # noqa: A002 - in the address
        request: Request,
        days: AskedFor,
        other: Annotated[Day | None, Query(alias="with", description="the other day")] = None,
        only: vintages_page.Only = "all",
    ) -> Response:
        _is_one(request, id)
        earlier = other or min(days.period.end, days.as_of)
        asked = vintages_page.Asked(id, days, earlier, only)
        if other is None or not days.is_told:
            return sent_on(request, address(f"/console/units/{id}/compare", **asked.state))
        return await two_vintages.shown(request, asked)

    @routes.get(
        "/units/{id}/returns",
        dependencies=known,
        summary="What a unit owes in a year, and how it came",
        response_class=Response,
    )
    async def returns(
        id: str,  # noqa: A002 - in the address
        request: Request,
        year: Annotated[int | None, Query(ge=EARLIEST_DAY.year, le=9998)] = None,
        as_of: Annotated[Day | None, Query(description="as recorded up to this day; today")] = None,
        lang: Annotated[str, Query(max_length=2, description="vi, en")] = "",
    ) -> Response:
        del lang  # read where a page is rendered
        _is_one(request, id)
        today = ward_day(clock())
        if as_of is not None and as_of > today:
            raise Refused("in_the_future", "as_of", today=today)
        day = as_of or today
        if year is None or as_of is None:
            to = address(f"/console/units/{id}/returns", year=year or day.year, as_of=day)
            return sent_on(request, to)
        return await returns_page(request, standing, id, year, day)


def _is_one(request: Request, unit: str) -> None:
    """Refuse what is above units, and who may not see the unit."""
    if not units.is_unit(allowed(request, unit)):
        raise Refused("unknown_unit", "id", status=404, unit=unit)
