"""The HTTP interface of registers: what happened on a day, and how it is put right."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.returns import entries
from services.returns.commands import CorrectEntry, RecordEntry
from shared.command_route import CommandRoute
from shared.database import Pool
from shared.desk import Desk
from shared.events.envelope import Event
from shared.events.returns import Entry, EntryData
from shared.records.api import add_history, change


class EntryAnswer(BaseModel):
    """An entry as its register now holds it."""

    id: UUID
    sequence: int
    entry: Entry


def entry_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes under which entries are recorded and corrected."""
    routes = APIRouter(prefix="/entries", tags=["entries"], route_class=CommandRoute)

    @routes.post(
        "", status_code=201, response_model=EntryAnswer, summary="Record an entry of a register"
    )
    async def record(command: RecordEntry, request: Request) -> Response:
        entry_id = uuid7()
        return await change(
            desk,
            await desk.call("record_entry", request),
            entry_id,
            command,
            lambda _, recorded: entries.record(entry_id, command, recorded),
            answer=_answer,
            status=201,
        )

    @routes.post(
        "/{id}/correction", response_model=EntryAnswer, summary="Correct or cancel an entry"
    )
    async def correct(id: UUID, command: CorrectEntry, request: Request) -> Response:  # noqa: A002
        return await change(
            desk,
            await desk.call("correct_entry", request),
            id,
            command,
            lambda held, recorded: entries.correct(held, command, recorded),
            answer=_answer,
        )

    add_history(routes, pool, "entry", "")
    return routes


def _answer(event: Event) -> EntryAnswer:
    assert isinstance(event.data, EntryData)
    return EntryAnswer(id=event.subject, sequence=event.sequence, entry=event.data.entry)
