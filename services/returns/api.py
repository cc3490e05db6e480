"""The HTTP interface of returns: submitted, judged, corrected, and read with their steps."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from services.returns import model, steps, store
from services.returns.commands import (
    AcceptReturn,
    AcceptSubmission,
    CorrectReturn,
    SendBack,
    SubmitReturn,
)
from shared.access import answering
from shared.command_route import CommandRoute
from shared.commands import Call, Command
from shared.database import Pool
from shared.desk import Desk, told
from shared.events.envelope import Event
from shared.events.returns import DeclaredFigure, Return, ReturnData, ReturnStatus
from shared.recorded import Recorded
from shared.refusal import Refused


class ReturnAnswer(BaseModel):
    """A return as the service now holds it."""

    id: UUID
    sequence: int
    ward_return: Return = Field(serialization_alias="return", validation_alias="ward_return")


class StepAnswer(BaseModel):
    """One version of a return: what was told, when, and why it was sent back or corrected."""

    sequence: int
    status: ReturnStatus
    recorded_at: datetime
    reason: str | None = None
    figures: list[DeclaredFigure]


class HistoryAnswer(BaseModel):
    """A return from its first step to its last, which says what it now is."""

    id: UUID
    unit: str
    form: str
    period_start: date
    period_end: date
    steps: list[StepAnswer]


type Decide[Body: BaseModel] = Callable[[model.HeldReturn | None, Body, Recorded], Event]


def return_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes under which returns are submitted, judged, corrected and read."""
    routes = APIRouter(prefix="/returns", tags=["returns"], route_class=CommandRoute)

    @routes.post(
        "", status_code=201, response_model=ReturnAnswer, summary="Accept a return for a period"
    )
    async def accept(command: AcceptReturn, request: Request) -> Response:
        call = await desk.call("accept_return", request)
        return await decided(desk, call, model.id_of(command), command, model.accept, 201)

    @routes.post(
        "/submissions",
        status_code=201,
        response_model=ReturnAnswer,
        responses={200: {"model": ReturnAnswer, "description": "It was submitted before"}},
        summary="Submit a return to the ward office, for the first time or anew",
    )
    async def submit(command: SubmitReturn, request: Request) -> Response:
        return await submitted(desk, await desk.call("submit_return", request), command)

    @routes.post(
        "/{id}/acceptance", response_model=ReturnAnswer, summary="Accept a submitted return"
    )
    async def accept_submission(
        id: UUID,  # noqa: A002 - the name in the address
        command: AcceptSubmission,
        request: Request,
    ) -> Response:
        call = await desk.call("accept_submission", request)
        return await decided(desk, call, id, command, model.accept_submission)

    @routes.post(
        "/{id}/sending-back",
        response_model=ReturnAnswer,
        summary="Send a submitted return back to its department",
    )
    async def send_back(id: UUID, command: SendBack, request: Request) -> Response:  # noqa: A002
        call = await desk.call("send_back_return", request)
        return await decided(desk, call, id, command, model.send_back)

    @routes.post(
        "/{id}/correction", response_model=ReturnAnswer, summary="Correct an accepted return"
    )
    async def correct(id: UUID, command: CorrectReturn, request: Request) -> Response:  # noqa: A002
        call = await desk.call("correct_return", request)
        return await decided(desk, call, id, command, model.correct)

    @routes.get("/{id:uuid}", response_model_exclude_none=True, summary="Read a return's history")
    async def read(id: UUID, request: Request) -> HistoryAnswer:  # noqa: A002
        taken = await steps.of_return(pool, id)
        if not taken:
            raise Refused("unknown_return", "id", status=404)
        last = taken[-1]
        answering(request, last.unit, field="id")
        return HistoryAnswer(
            id=id,
            unit=last.unit,
            form=last.form,
            period_start=last.period_start,
            period_end=last.period_end,
            steps=[StepAnswer.model_validate(one, from_attributes=True) for one in taken],
        )

    return routes


async def decided[Body: BaseModel](
    desk: Desk, call: Call, id_: UUID, command: Body, decide: Decide[Body], status: int = 200
) -> Response:
    """Run `decide` on a locked return with its draft, store what it decided and tell it."""
    change = Command(
        call=call,
        table=store,
        subject=id_,
        body=command,
        decide=lambda held, recorded: decide(held, command, recorded),
        answer=_answer,
    )
    return told(await desk.run(change), status)


async def submitted(desk: Desk, call: Call, command: SubmitReturn) -> Response:
    """Submit a return; who submits again what is submitted is told so and changes nothing."""
    try:
        return await decided(desk, call, model.id_of(command), command, model.submit, 201)
    except model.AlreadySubmitted as same:
        held = same.held
        assert held.ward_return is not None
        return told(to_json(_told(held.id, held.sequence, held.ward_return)).decode())


def _answer(event: Event) -> Mapping[str, Any]:
    assert isinstance(event.data, ReturnData)
    return _told(event.subject, event.sequence, event.data.ward_return)


def _told(id_: UUID, sequence: int, ward_return: Return) -> Mapping[str, Any]:
    """Return a ReturnAnswer's fields; of a line, those that are set and the two of old."""
    lines = [
        {"amount": None, "absence": None} | line.model_dump(mode="json", exclude_none=True)
        for line in ward_return.figures
    ]
    shown = ward_return.model_dump(mode="json") | {"figures": lines}
    return {"id": id_, "sequence": sequence, "return": shown}
