"""The HTTP interface of reporting: the term report in its forms, and how far the fold is."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Annotated

from aiokafka import TopicPartition
from fastapi import APIRouter, Query, Request, Response

from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from services.reporting.report import FORMS, Form, Outline, ReportHeading, build
from services.reporting.tally_reader import read_tallies
from shared import units
from shared.clock import Clock, ward_day
from shared.database import Pool
from shared.metrics import REPORT_SECONDS
from shared.refusal import Refused


def report_routes(pool: Pool, outline: Outline, clock: Clock) -> APIRouter:
    """Return the route of the term report."""
    routes = APIRouter(prefix="/reports", tags=["reports"])

    @routes.get("/term", summary="The term report of a unit for a period, as of a day")
    async def term(
        request: Request,
        unit: Annotated[str, Query(max_length=16, examples=["10525"])],
        start: Annotated[date, Query(alias="from", description="first day")],
        end: Annotated[date, Query(alias="to", description="last day")],
        as_of: Annotated[
            date | None, Query(description="as recorded up to this day; today")
        ] = None,
        form: Annotated[
            str | None, Query(alias="format", description="json, html, docx, pdf")
        ] = None,
    ) -> Response:
        began = time.perf_counter()
        chosen = _form(form, request.headers.get("accept", ""))
        today = ward_day(clock())
        known = as_of or today
        _check_days(start, end, known, today)
        about = _unit(unit, end)
        period = Period(start=start, end=end)
        tallies = await read_tallies(pool, about.id, known)
        heading = ReportHeading(
            unit_id=about.id,
            unit_code=about.code,
            unit_name=about.name,
            parent_name=about.parent,
            period=period,
            as_of=known,
        )
        report = build(outline, heading, TallyFigures(period, tallies))
        body = await asyncio.to_thread(chosen.render, report)
        REPORT_SECONDS.labels(chosen.extension).observe(time.perf_counter() - began)
        name = f"bao-cao-{about.id}-{start}-{end}.{chosen.extension}"
        return Response(
            body,
            media_type=chosen.media_type,
            headers={
                "content-disposition": f'inline; filename="{name}"',
                "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
                "wardbook-positions": _positions(tallies.folded),
                "vary": "accept, accept-language",
            },
        )

    return routes


def lag_routes(lag: Callable[[], Awaitable[int]]) -> APIRouter:
    """Return the route that tells how far the fold is behind."""
    routes = APIRouter(tags=["health"])

    @routes.get("/lag", summary="Events on the topics that are not folded yet")
    async def read() -> dict[str, int]:
        return {"lag": await lag()}

    return routes


def _form(asked: str | None, accept: str) -> Form:
    """Return the form asked for by name, or by Accept, or JSON."""
    if asked is not None:
        if asked not in FORMS:
            raise Refused("not_acceptable", "format", forms=", ".join(FORMS))
        return FORMS[asked]
    for part in accept.split(","):
        wanted = part.split(";")[0].strip()
        for form in FORMS.values():
            if wanted == form.media_type.split(";")[0]:
                return form
        if wanted in {"", "*/*", "application/*"}:
            return FORMS["json"]
    raise Refused("not_acceptable", "Accept", status=406, forms=", ".join(FORMS))


def _check_days(start: date, end: date, as_of: date, today: date) -> None:
    if end < start:
        raise Refused("period_backwards", "to", start=start)
    for field, day in (("from", start), ("to", end), ("as_of", as_of)):
        if day > today:
            raise Refused("in_the_future", field, today=today)


def _unit(code_or_id: str, on: date) -> units.Unit:
    try:
        return units.resolve(code_or_id, on)
    except units.UnknownUnit:
        raise Refused("unknown_unit", "unit", status=404, unit=code_or_id) from None
    except units.UnitNotInForce:
        raise Refused("unit_not_in_force", "unit", unit=code_or_id, day=on) from None


def _positions(folded: Mapping[TopicPartition, int]) -> str:
    """Return the positions up to which the report's tallies are folded, as JSON."""
    told: dict[str, dict[str, int]] = {}
    for tp, offset in sorted(folded.items()):
        told.setdefault(tp.topic, {})[str(tp.partition)] = offset
    return json.dumps(told, separators=(",", ":"))
