"""The HTTP interface of lineage: what became of a unit of 2004, as an office above it tells."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.returns import lineage
from services.returns.commands import CorrectLineage
from shared import units
from shared.access import answering
from shared.command_route import CommandRoute
from shared.database import Pool
from shared.desk import Desk
from shared.events.envelope import Event
from shared.events.lineage import LineageData, UnitLineage, lineage_id
from shared.records.api import add_history, change
from shared.refusal import Refused


class LineageAnswer(BaseModel):
    """What is known now of what became of a unit."""

    id: UUID
    sequence: int
    lineage: UnitLineage


def lineage_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes under which lineages are corrected and their history is read."""
    routes = APIRouter(prefix="/lineage", tags=["lineage"], route_class=CommandRoute)

    @routes.post("", response_model=LineageAnswer, summary="Tell what became of a unit of 2004")
    async def correct(command: CorrectLineage, request: Request) -> Response:
        told = lineage.told(command)
        if units.is_unit(answering(request, told.unit).unit):
            raise Refused("not_from_above", status=403)
        return await change(
            desk,
            await desk.call("correct_lineage", request),
            lineage_id(told.unit),
            command,
            lambda held, recorded: lineage.correct(held, told, recorded),
            answer=_answer,
        )

    add_history(routes, pool, "lineage", "")
    return routes


def _answer(event: Event) -> LineageAnswer:
    assert isinstance(event.data, LineageData)
    return LineageAnswer(id=event.subject, sequence=event.sequence, lineage=event.data.lineage)
