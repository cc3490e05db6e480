"""The one way to give a command to a subject by its id: POST /{id}/<address>, run by the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel

from shared.commands import Command, Table
from shared.desk import Desk, told
from shared.events.envelope import Event
from shared.recorded import Recorded

type Change = Callable[[Any, Any, Recorded], Event]
"""From what is held (None if nothing), a command and the moment to the event, or a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoutes:
    """Adds to `routes` those of commands that change what `table` holds.

    `answer` tells of the event, as `model` describes. Commands are called by their addresses, with
    `prefix` where these are taken by the commands to cases.
    """

    routes: APIRouter
    desk: Desk
    table: Table
    answer: Callable[[Event], object]
    model: type[BaseModel]
    prefix: str = ""

    def add(self, address: str, kind: type[BaseModel], decide: Change, summary: str) -> None:
        """Add the route of the commands of a `kind`."""
        name = self.prefix + address

        async def route(
            id: UUID,  # noqa: A002 - the name in the address
            command: Annotated[Any, Body()],
            request: Request,
        ) -> Response:
            change = Command(
                call=await self.desk.call(name, request),
                table=self.table,
                subject=id,
                body=command,
                decide=lambda held, recorded: decide(held, command, recorded),
                answer=self.answer,
            )
            return told(await self.desk.run(change))

        route.__annotations__["command"] = kind
        path = f"/{{id}}/{address}"
        self.routes.post(path, response_model=self.model, summary=summary, name=name)(route)
