"""The routes of the console's pages."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from services.reporting.console.overview_page import Asked, OverviewPage
from services.reporting.console.pages import PageRoute, asset, sent_on
from services.reporting.console.questions import AskedDays, Days, allowed
from services.reporting.console.unit_page import UnitPage
from services.reporting.console.view import address
from services.reporting.report import Plan
from services.reporting.standing import Standing
from shared import units
from shared.access import asking
from shared.clock import Clock
from shared.database import Pool
from shared.parameters import known_parameters
from shared.periods import Step

type Sort = Literal["name", "received", "in_time", "overdue", "reconciled", "missing", "broken"]

_MOST_COMPARED = 12


def console_routes(pool: Pool, standing: Standing, plan: Plan, clock: Clock) -> APIRouter:
    """Return the routes of the pages, of their stylesheet and their script."""
    routes = APIRouter(prefix="/console", tags=["console"], route_class=PageRoute)
    known = [Depends(known_parameters)]
    units_in_a_city = OverviewPage(standing, plan)
    one_unit = UnitPage(pool, standing)

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

    return routes
