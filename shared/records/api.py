"""The one way to change a record over HTTP: a command to the desk."""

from collections.abc import Callable
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from shared.commands import Call, Command
from shared.desk import Desk, told
from shared.events.envelope import Event
from shared.recorded import Recorded
from shared.records import store
from shared.records.model import HeldRecord

type Decide = Callable[[HeldRecord | None, Recorded], Event]
"""From the record as it is (None if there is none) and the moment, to the event, or a refusal."""


async def change(
    desk: Desk,
    call: Call,
    record_id: UUID,
    body: BaseModel,
    decide: Decide,
    *,
    answer: Callable[[Event], BaseModel],
    status: int = 200,
) -> Response:
    """Run `decide` on a locked record, store what it decided and tell it.

    Two first commands for one id run one after the other, too.
    """
    command = Command(
        call=call, table=store, subject=record_id, body=body, decide=decide, answer=answer
    )
    return told(await desk.run(command), status)
