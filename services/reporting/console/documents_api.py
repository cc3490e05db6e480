"""The routes by which a ward office brings a report from its draft to its issue, in a browser.

Each form is answered by sending the browser on to the page of the document, so that loading that
again sends nothing again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import UUID7, Field

from services.reporting.asked import known
from services.reporting.console.documents_page import DocumentPages
from services.reporting.console.pages import sent_on
from services.reporting.console.questions import AskedDays, Days, allowed
from services.reporting.console.sent import described, sent
from services.reporting.console.view import address
from services.reporting.issuing.api import Caller
from services.reporting.issuing.commands import DrawReplacement, DrawReport, Order, TakeStep
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.model import Action
from services.reporting.issuing.office import Office
from services.reporting.issuing.store import Held
from services.reporting.report.model import Borders
from shared.clock import Clock, ward_day
from shared.frozen import Closed, Day
from shared.parameters import known_parameters
from shared.refusal import Refused

type _After = Annotated[int, Field(ge=1, le=1_000_000)]
"""How many steps the page told that the form stands on."""


class DraftForm(Closed):
    """Draw a report; a form that is sent twice has the same `id`, so that one draft comes of it."""

    id: UUID7
    start: Annotated[Day, Field(alias="from")]
    end: Annotated[Day, Field(alias="to")]
    as_of: Day
    borders: Literal["", "own"]


class ReplacementForm(Closed):
    """Draw the report that replaces one, as of a day."""

    id: UUID7
    as_of: Day


class DrawingForm(Closed):
    """Draw a draft anew, as of a day."""

    as_of: Day
    after: _After


class StepForm(TakeStep):
    """Take a step with the document as the page told of it."""

    after: _After


def document_routes(
    drafts: Drafts, office: Office, caller: Callable[..., Caller], clock: Clock
) -> APIRouter:
    """Return the routes of the pages of documents, and of what their forms send."""
    routes = APIRouter(
        prefix="/console", tags=["console"], dependencies=[Depends(known_parameters)]
    )
    pages = DocumentPages(drafts, office)

    type By = Annotated[Caller, Depends(caller)]

    @routes.get("/units/{id}/documents", summary="A unit's documents", response_class=Response)
    async def documents(
        id: str,  # noqa: A002 - in the address
        request: Request,
        days: Annotated[Days, Depends(AskedDays(clock))],
        by: By,
        before: Annotated[UUID | None, Query(description="older ones than this")] = None,
    ) -> Response:
        allowed(request, id)
        if not days.is_told:
            to = address(f"/console/units/{id}/documents", **days.state, before=before)
            return sent_on(request, to)
        return await pages.of_unit(request, id, days, before, by)

    @routes.get("/documents/{id}", summary="A document and its steps", response_class=Response)
    async def document(
        id: UUID,  # noqa: A002 - in the address
        request: Request,
        by: By,
        as_of: Annotated[Day | None, Query(description="what changed up to it")] = None,
        lang: Annotated[str, Query(max_length=2, description="vi, en")] = "",
    ) -> Response:
        del lang  # read where a page is rendered
        return await pages.one(request, id, as_of, by)

    _add_forms(routes, drafts, office, caller, clock)
    return routes


def _add_forms(
    routes: APIRouter,
    drafts: Drafts,
    office: Office,
    caller: Callable[..., Caller],
    clock: Clock,
) -> None:
    """Add the routes of what forms send."""
    type By = Annotated[Caller, Depends(caller)]

    async def add(order: Order, id_: UUID, by: Caller) -> Response:
        _is_of_now(id_, clock())
        content = await drafts.content(order, by.person, by.recorded)
        return _on_to(await office.add(content, by.person, by.recorded, id_))

    def form(path: str, model: type[Closed], summary: str) -> Callable[..., Callable[..., object]]:
        return routes.post(
            path, summary=summary, response_class=Response, openapi_extra=dict(described(model))
        )

    @form("/units/{id}/documents", DraftForm, "Draw a report")
    async def draw(
        id: str,  # noqa: A002 - in the address
        told: Annotated[DraftForm, Depends(sent(DraftForm))],
        by: By,
    ) -> Response:
        borders = Borders(told.borders) if told.borders else None
        days = {"from": told.start, "to": told.end, "as_of": told.as_of}
        order = DrawReport.model_validate(
            {"kind": "report", "unit": known(id, "unit"), "borders": borders, **days}
        )
        return await add(order, told.id, by)

    @form("/documents/{id}/replacement", ReplacementForm, "Draw the report that replaces one")
    async def draw_replacement(
        id: UUID,  # noqa: A002 - in the address
        told: Annotated[ReplacementForm, Depends(sent(ReplacementForm))],
        by: By,
    ) -> Response:
        order = DrawReplacement(kind="replacement", replaces=id, as_of=told.as_of)
        return await add(order, told.id, by)

    @form("/documents/{id}/drawing", DrawingForm, "Draw a draft anew")
    async def draw_anew(
        id: UUID,  # noqa: A002 - in the address
        told: Annotated[DrawingForm, Depends(sent(DrawingForm))],
        by: By,
    ) -> Response:
        content = await drafts.anew(id, told.as_of, by.person, by.recorded)
        return _on_to(await office.draw_anew(id, content, by.person, by.recorded, told.after))

    @form("/documents/{id}/steps", StepForm, "Take a step with a document")
    async def act(
        id: UUID,  # noqa: A002 - in the address
        told: Annotated[StepForm, Depends(sent(StepForm))],
        by: By,
    ) -> Response:
        act = replace(told.act(), after=told.after)
        held = await office.act(id, act, by.person, by.recorded)
        return _on_to(held, "#checks" if told.action is Action.WAIVE else "")


def _is_of_now(id_: UUID, now: datetime) -> None:
    """Refuse an id of a later day: by their ids documents are listed, the latest first."""
    most = now + timedelta(days=1)
    if id_.int >> 80 > most.timestamp() * 1000:
        raise Refused("in_the_future", "id", today=ward_day(now))


def _on_to(held: Held, place: str = "") -> Response:
    return RedirectResponse(f"/console/documents/{held.id}{place}", 303)
