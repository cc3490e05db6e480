"""The HTTP interface of reporting: the reports in their forms, and how far the fold is."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.reporting import positions
from services.reporting.answers import Answers
from services.reporting.asked_again import etag_of, has
from services.reporting.console.bar import with_bar
from services.reporting.drawing import heading, heading_of_kind
from services.reporting.figure import Period
from services.reporting.report import (
    PERIODIC,
    TERM,
    Audience,
    Borders,
    Form,
    Forms,
    ReportHeading,
    described,
)
from shared import units
from shared.access import answering
from shared.clock import Clock, ward_day
from shared.frozen import EARLIEST_DAY, Day
from shared.metrics import REPORT_SECONDS
from shared.parameters import known_parameters
from shared.refusal import Refused

type _Unit = Annotated[str, Query(max_length=16, examples=["10525", "2004-288"])]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every question for a report says beside what it is about."""

    as_of: date
    today: date
    form: Form
    audience: Audience
    borders: Borders | None
    began: float


def report_routes(answers: Answers, forms: Forms, clock: Clock) -> APIRouter:
    """Return the routes of the reports."""
    routes = APIRouter(
        prefix="/reports", tags=["reports"], dependencies=[Depends(known_parameters)]
    )

    def asked(
        request: Request,
        as_of: Annotated[Day | None, Query(description="as recorded up to this day; today")] = None,
        form: Annotated[str | None, Query(alias="format", description=", ".join(forms))] = None,
        audience: Annotated[
            Audience, Query(description="small counts are left out of what is for the public")
        ] = Audience.OFFICE,
        borders: Annotated[
            Borders | None,
            Query(description="of a report over 1 July 2025: of its first day, or of today's list"),
        ] = None,
    ) -> _Asked:
        today = ward_day(clock())
        chosen = _form(forms, form, request.headers.get("accept", ""))
        return _Asked(as_of or today, today, chosen, audience, borders, time.perf_counter())

    type How = Annotated[_Asked, Depends(asked)]

    @routes.get(
        "/term",
        response_class=Response,
        responses={200: described(forms), 304: {"description": "nothing of it has moved since"}},
        summary="The term report of a unit for a period, as of a day",
    )
    async def term(
        unit: _Unit,
        start: Annotated[Day, Query(alias="from", description="first day")],
        end: Annotated[Day, Query(alias="to", description="last day")],
        how: How,
        request: Request,
    ) -> Response:
        period = Period(start=start, end=end)
        about = heading(unit, period, how.as_of, how.today, borders=how.borders)
        answering(request, about.unit_id)
        return await answer(TERM, about, how, request)

    @routes.get(
        "/periodic",
        response_class=Response,
        responses={200: described(forms), 304: {"description": "nothing of it has moved since"}},
        summary="The periodic report of a unit, for a kind of period",
    )
    async def periodic(
        unit: _Unit,
        kind: Annotated[str, Query(max_length=32, examples=["statutory_quarter"])],
        year: Annotated[int, Query(ge=EARLIEST_DAY.year, le=9998)],
        how: How,
        request: Request,
        number: Annotated[int, Query(description="of the period in its year", ge=1)] = 1,
    ) -> Response:
        about = heading_of_kind(unit, (kind, year, number), how.as_of, how.today, how.borders)
        answering(request, about.unit_id)
        return await answer(PERIODIC, about, how, request)

    async def answer(outline: str, about: ReportHeading, how: _Asked, request: Request) -> Response:
        about = about.model_copy(update={"audience": how.audience})
        told = await answers.answer(outline, about, how.form)
        REPORT_SECONDS.labels(how.form.extension, units.level(about.unit_id)).observe(
            time.perf_counter() - how.began
        )
        period = about.period
        name = f"bao-cao-{about.unit_id}-{period.start}-{period.end}.{how.form.extension}"
        is_page = how.form.extension == "html"
        body = with_bar(told.body, request, about) if is_page else told.body
        etag = etag_of(body)
        headers = {
            "content-disposition": f'inline; filename="{name}"',
            "etag": etag,
            "wardbook-positions": positions.to_json(told.folded),
            "vary": "accept, accept-language, cookie" if is_page else "accept, accept-language",
        }
        if has(request, etag):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=how.form.media_type, headers=headers)

    return routes


def lag_routes(lag: Callable[[], Awaitable[int]]) -> APIRouter:
    """Return the route that tells how far the fold is behind."""
    routes = APIRouter(tags=["health"])

    @routes.get("/lag", summary="Events on the topics that are not folded yet")
    async def read() -> dict[str, int]:
        return {"lag": await lag()}

    return routes


def _form(forms: Forms, asked: str | None, accept: str) -> Form:
    """Return the form asked for by name, or by Accept, or JSON."""
    if asked is not None:
        if asked not in forms:
            raise Refused("not_acceptable", "format", forms=", ".join(forms))
        return forms[asked]
    for part in accept.split(","):
        wanted = part.split(";")[0].strip()
        for form in forms.values():
            if wanted == form.media_type.split(";")[0]:
                return form
        if wanted in {"", "*/*", "application/*"}:
            return forms["json"]
    raise Refused("not_acceptable", "Accept", status=406, forms=", ".join(forms))
