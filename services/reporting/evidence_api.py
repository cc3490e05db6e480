"""The HTTP interface of evidence: for programs JSON, for people a page that a figure leads to.

From a figure to its events, and from a case to what its steps moved.
"""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.reporting.asked_again import unchanged
from services.reporting.console.bar import bar
from services.reporting.drawing import heading
from services.reporting.evidence import Evidence, evidence
from services.reporting.evidence_events import PAGE
from services.reporting.figure import Period
from services.reporting.movements import Movements, movements
from services.reporting.report import Borders, ReportHeading, numbers
from services.reporting.report.html import template
from shared.access import answering
from shared.clock import Clock, ward_day
from shared.database import Pool
from shared.events.words import WORDS
from shared.frozen import Day
from shared.parameters import known_parameters


def evidence_routes(pool: Pool, clock: Clock) -> APIRouter:
    """Return the routes that tell what stands behind a figure, and what a case counts as."""
    routes = APIRouter(tags=["reports"], dependencies=[Depends(known_parameters)])

    @routes.get(
        "/evidence",
        response_model=Evidence,
        responses={
            200: {"content": {"text/html": {"schema": {"type": "string"}}}},
            304: {"description": "nothing of it has moved since"},
        },
        summary="What a figure of a report is calculated from, or the events that it counts",
    )
    async def read(
        request: Request,
        *,
        unit: Annotated[str, Query(max_length=16, examples=["10525"])],
        start: Annotated[Day, Query(alias="from", description="first day of the report")],
        end: Annotated[Day, Query(alias="to", description="last day of the report")],
        figure: Annotated[str, Query(max_length=400, description="its key in the report's JSON")],
        as_of: Annotated[Day | None, Query(description="as recorded up to this day")] = None,
        page: Annotated[int, Query(ge=0, le=10**6, description="of its events")] = 0,
        borders: Annotated[Borders | None, Query(description="those of the report")] = None,
    ) -> Response:
        today = ward_day(clock())
        period = Period(start=start, end=end)
        about = heading(unit, period, as_of or today, today, borders=borders)
        answering(request, about.unit_id)
        found = await evidence(pool, about, figure, page)
        if "text/html" in request.headers.get("accept", ""):
            return Response(_page(request, about, found), media_type="text/html; charset=utf-8")
        told = found.model_dump_json()
        response = Response(told, media_type="application/json")
        return unchanged(request, response, told) or response

    @routes.get(
        "/evidence/cases/{id}", summary="What each step of a case put into the totals and took out"
    )
    async def read_case(id: UUID, request: Request) -> Movements:  # noqa: A002 - in the address
        found = await movements(pool, id)
        answering(request, *found.units, field="id")
        return found

    return routes


def _page(request: Request, about: ReportHeading, found: Evidence) -> str:
    last = max(0, found.total - 1) // PAGE
    links = [
        (label, about.evidence + quote(key, safe=""))
        for label, key in zip(found.labels, found.operands, strict=True)
    ]
    here = about.evidence + quote(found.figure, safe="")
    return template("evidence.html").render(
        about=about,
        bar=bar(request, about, ()),
        found=found,
        links=links,
        here=here,
        last=last,
        numbers=numbers,
        words=WORDS,
    )
