"""The HTTP interface of forms: what they ask for, their templates, and filled ones taken in."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from services.returns import drafts, lines, model, sheets
from services.returns.api import ReturnAnswer, submitted
from services.returns.commands import DeclareFigure, OfPeriod, SubmitReturn
from services.returns.draft_api import DraftAnswer, IfMatch, draft_answer, version_of
from services.returns.template import template
from shared import grid, units
from shared.access import answering
from shared.casework.place import unit_id
from shared.command_route import HEADERS
from shared.database import Pool
from shared.desk import Desk
from shared.forms import FORMS, Form
from shared.frozen import Day
from shared.indicators import INDICATORS
from shared.parameters import known_parameters
from shared.periods import Period

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTES = {"schema": {"type": "string", "format": "binary"}}

Unit = Annotated[str, Query(min_length=1, max_length=16, examples=["10525"])]
Start = Annotated[Day, Query(alias="from")]
End = Annotated[Day, Query(alias="to")]


class LineAnswer(BaseModel):
    """A line of a form. `rows` are what it is repeated for: a school, a street."""

    indicator: str
    dimensions: dict[str, str]
    label: str
    unit_of_measure: str
    kind: str
    required: bool
    rows: list[str]


class FormAnswer(BaseModel):
    """A form, and the kind of period that it is owed for."""

    code: str
    label: str
    department: str
    period: str
    lines: list[LineAnswer]


def sheet_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes under which forms are described, handed out and taken in as files."""
    routes = APIRouter(prefix="/returns", tags=["forms"], dependencies=[Depends(known_parameters)])

    @routes.get("/forms", summary="Read which forms there are, and what they ask for")
    async def read_forms() -> list[FormAnswer]:
        return [_described(form) for form in FORMS.values()]

    @routes.get(
        "/forms/{form}/template",
        response_class=Response,
        responses={200: {"content": {_XLSX: {}}}},
        summary="Read the XLSX template of a form for a unit and period",
    )
    async def read_template(form: str, unit: Unit, start: Start, end: End) -> Response:
        about = OfPeriod(unit=unit, form=form, period_start=start, period_end=end)
        data = await asyncio.to_thread(_template, about)
        name = f"{form}-{start}-{end}.xlsx"
        return Response(
            data,
            media_type=_XLSX,
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @routes.post(
        "/sheets",
        response_model=DraftAnswer | ReturnAnswer,
        responses={201: {"model": ReturnAnswer, "description": "Submitted"}},
        response_model_exclude_none=True,
        openapi_extra={
            "parameters": list(HEADERS),
            "requestBody": {"content": {_XLSX: _BYTES, "text/csv": _BYTES}, "required": True},
        },
        summary="Take in a filled form, XLSX or CSV, as a draft or as submitted: all or nothing",
    )
    async def take_in(
        *,
        request: Request,
        response: Response,
        unit: Unit,
        form: str,
        start: Start,
        end: End,
        then: Literal["draft", "submit"] = "draft",
        if_match: IfMatch = None,
    ) -> DraftAnswer | Response:
        answering(request, unit_id(unit, end))
        sheets.LIMITS.check_size(int(request.headers.get("content-length", "0")))
        call = await desk.call("take_in_sheet", request)
        about = OfPeriod(unit=unit, form=form, period_start=start, period_end=end)
        figures = await asyncio.to_thread(_figures, await request.body(), about)
        if then == "submit":
            return await submitted(desk, call, SubmitReturn(**vars(about), figures=figures))
        content = model.draft(about, lines.read(figures))
        kept = await drafts.save(pool, model.id_of(about), content, version_of(if_match))
        return draft_answer(model.id_of(about), kept, response)

    return routes


def _template(about: OfPeriod) -> bytes:
    form = model.form_of(about.form)
    model.check_period(form, about)
    unit = units.unit(unit_id(about.unit, about.period_end))
    period = Period(start=about.period_start, end=about.period_end)
    return template(form, unit.name, period, _mark(about))


def _figures(data: bytes, about: OfPeriod) -> tuple[DeclareFigure, ...]:
    return sheets.figures(grid.read(data, sheets.LIMITS), model.form_of(about.form), _mark(about))


def _mark(about: OfPeriod) -> str:
    unit = unit_id(about.unit, about.period_end)
    return f"{sheets.MARK}{unit}/{about.form}/{about.period_start}/{about.period_end}"


def _described(form: Form) -> FormAnswer:
    told = [
        LineAnswer(
            indicator=line.indicator,
            dimensions=dict(line.dimensions),
            label=lines.label_of(line.indicator, line.dimensions),
            unit_of_measure=INDICATORS[line.indicator].unit_of_measure,
            kind=INDICATORS[line.indicator].kind,
            required=line.required,
            rows=list(form.rows_of(line)),
        )
        for line in form.lines
    ]
    return FormAnswer(
        code=form.code,
        label=form.label,
        department=form.department,
        period=form.period,
        lines=told,
    )
