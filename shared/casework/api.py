"""The HTTP interface of a department's cases.

Every route is a command to the desk or a question.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from shared.casework import answer, clock, model, store
from shared.casework.answer import CaseAnswer
from shared.casework.commands import (
    CancelCase,
    CorrectCase,
    ExtendCase,
    PauseCase,
    ReappointCase,
    ReceiveCase,
    RefuseCase,
    ResumeCase,
    WithdrawCase,
)
from shared.casework.held import Decision, Department, Held
from shared.casework.questions import add_questions
from shared.change_routes import ChangeRoutes
from shared.command_route import CommandRoute
from shared.commands import Command, Table
from shared.database import Pool
from shared.desk import Desk, told
from shared.events.cases import Channel
from shared.events.envelope import Event
from shared.procedures import procedures_of
from shared.recorded import Recorded
from shared.refusal import Refused


def case_routes(department: Department, desk: Desk, pool: Pool, table: Table = store) -> APIRouter:
    """Return the routes under which the cases of `department` are received, changed and read.

    `table` is that of a department which keeps more of a case than all of them do.
    """
    routes = APIRouter(prefix="/cases", tags=["cases"], route_class=CommandRoute)

    @routes.post(
        "",
        status_code=201,
        response_model=CaseAnswer,
        summary="Receive a case",
        openapi_extra=_example(department),
    )
    async def receive(command: ReceiveCase, request: Request) -> Response:
        case_id = uuid7()
        receipt = Command(
            call=await desk.call("receive", request),
            table=store,
            subject=case_id,
            body=command,
            decide=lambda _, recorded: model.receive(department, case_id, command, recorded),
            answer=answer.after,
            fresh=True,
        )
        return told(await desk.run(receipt), 201)

    add_questions(routes, department, desk, pool)

    changes = ChangeRoutes(
        routes=routes, desk=desk, table=table, answer=answer.after, model=CaseAnswer
    )

    def change(name: str, kind: type[BaseModel], decide: Decision, summary: str) -> None:
        """Add the route of a command that changes a case."""

        def decided(held: Held | None, command: Any, recorded: Recorded) -> Event:
            if held is None:
                raise Refused("unknown_case", "id", status=404)
            return decide(department, held, command, recorded)

        changes.add(name, kind, decided, summary)

    change("resolution", department.resolve_command, model.resolve, "Resolve a case by its act")
    change("refusal", RefuseCase, model.refuse, "Refuse a case")
    change("withdrawal", WithdrawCase, model.withdraw, "Close a case that its applicant withdrew")
    change("pause", PauseCase, clock.pause, "Stop the clock until the file is supplemented")
    change("resumption", ResumeCase, clock.resume, "Let the clock run again")
    change("extension", ExtendCase, clock.extend, "Give a case more days, as its law allows")
    change("reappointment", ReappointCase, clock.reappoint, "Name a new day, with an apology")
    change("correction", CorrectCase, model.correct, "Correct what was recorded about a case")
    change("cancellation", CancelCase, model.cancel, "Cancel a case entered by mistake")
    for step in department.steps:
        change(step.name, step.command, step.decide, step.summary)
    return routes


def _example(department: Department) -> dict[str, Any]:
    """Return a command that this department takes, for the description of its interface."""
    procedure = procedures_of(department.name)[0].code
    command = {"unit": "10525", "procedure": procedure, "channel": Channel.IN_PERSON}
    return {"requestBody": {"content": {"application/json": {"example": command}}}}
