"""The one way to change a record over HTTP, a command to the desk; and to ask for its history."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from shared.access import answering
from shared.commands import Call, Command, Table
from shared.database import Pool
from shared.desk import Desk, told
from shared.events.envelope import Event
from shared.history import History, history_of
from shared.parameters import known_parameters
from shared.readings import PerhapsReader
from shared.recorded import Recorded
from shared.records import store
from shared.refusal import Refused

type Decide = Callable[[Any, Recorded], Event]
"""From what is held of the record (None if nothing) and the moment to the event, or a refusal."""


async def change(
    desk: Desk,
    call: Call,
    record_id: UUID,
    body: BaseModel,
    decide: Decide,
    *,
    answer: Callable[[Event], BaseModel],
    status: int = 200,
    table: Table = store,
) -> Response:
    """Run `decide` on a locked record, store what it decided and tell it.

    `table` is that of a department which holds more of a record than all of them do.
    Two first commands for one id run one after the other, too.
    """
    command = Command(
        call=call, table=table, subject=record_id, body=body, decide=decide, answer=answer
    )
    return told(await desk.run(command), status)


def add_history(routes: APIRouter, pool: Pool, kind: str, address: str) -> None:
    """Add the route of the history of the records whose payload has the field `kind`."""

    @routes.get(
        f"{address}/{{id}}/history",
        name=f"history_of_{kind}",
        summary=f"Every step of this {kind}: when, who, what changed",
        dependencies=[Depends(known_parameters)],
    )
    async def history(
        id: UUID,  # noqa: A002 - the name in the address
        reader: PerhapsReader,
        request: Request,
    ) -> History:
        async with pool.acquire() as conn, conn.transaction():
            held = await store.read(conn, id)
            if held is None or kind not in held.state:
                raise Refused("unknown_record", "id", status=404)
            answering(request, held.unit, field="id")
            return await history_of(conn, kind, id, held.sequence, held.unit, reader)
