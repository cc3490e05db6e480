"""The HTTP interface of a department's cases.

Every route is a command to the desk or a question.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from shared import outbox
from shared.casework import model, store
from shared.casework.commands import CancelCase, CorrectCase, ReceiveCase, RefuseCase, WithdrawCase
from shared.casework.model import Department, Held
from shared.commands import Answer, Call, Desk
from shared.database import Connection, Pool
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.recorded import Recorded


class CaseAnswer(Case):
    """A case as the department now holds it."""

    id: UUID
    sequence: int


type Decision = Callable[[Department, Held, Any, Recorded], Event]


def case_routes(department: Department, desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes under which the cases of `department` are received, changed and read."""
    routes = APIRouter(prefix="/cases", tags=["cases"])

    @routes.post("", status_code=201, summary="Receive a case")
    async def receive(command: ReceiveCase, request: Request) -> CaseAnswer:
        call = await desk.call("receive", request)

        async def work(conn: Connection) -> Answer:
            event = model.receive(department, uuid7(), command, call.recorded)
            await store.insert(conn, event, command.applicant)
            await outbox.append(conn, event)
            return _answer(event)

        return CaseAnswer.model_validate(await desk.run(call, work))

    @routes.get("/{id}", summary="Read a case")
    async def read(id: UUID) -> CaseAnswer:  # noqa: A002 - the name in the address
        async with pool.acquire() as conn:
            held = await store.read(conn, id)
        return CaseAnswer(id=held.id, sequence=held.sequence, **held.case.model_dump())

    def change(name: str, kind: type[BaseModel], decide: Decision, summary: str) -> None:
        """Add the route of a command that changes a case."""

        async def route(
            id: UUID,  # noqa: A002 - the name in the address
            command: Annotated[Any, Body()],
            request: Request,
        ) -> CaseAnswer:
            call = await desk.call(name, request)
            return await _change(desk, department, decide, id, command, call)

        route.__annotations__["command"] = kind
        routes.post(f"/{{id}}/{name}", summary=summary, name=name)(route)

    change("resolution", department.resolve_command, model.resolve, "Resolve a case by its act")
    change("refusal", RefuseCase, model.refuse, "Refuse a case")
    change("withdrawal", WithdrawCase, model.withdraw, "Close a case that its applicant withdrew")
    change("correction", CorrectCase, model.correct, "Correct what was recorded about a case")
    change("cancellation", CancelCase, model.cancel, "Cancel a case entered by mistake")
    return routes


async def _change(
    desk: Desk, department: Department, decide: Decision, case_id: UUID, command: Any, call: Call
) -> CaseAnswer:
    async def work(conn: Connection) -> Answer:
        held = await store.lock(conn, case_id)
        event = decide(department, held, command, call.recorded.after(held.recorded_at))
        await store.update(conn, event, getattr(command, "reason", None))
        await outbox.append(conn, event)
        return _answer(event)

    return CaseAnswer.model_validate(await desk.run(call, work))


def _answer(event: Event) -> Answer:
    assert isinstance(event.data, CaseData)
    case = event.data.case.model_dump(mode="json")
    return {"id": str(event.subject), "sequence": event.sequence, **case}
