"""What the rows of a file become: commands to the desk, each under a key made of its row.

The key is the row's own key and the step; what the row says of the step is the fingerprint. So the
same step comes true once, however often it is sent, and another one under its key is refused.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from uuid_utils.compat import uuid7

from shared.casework import model, store
from shared.casework.files.columns import ROW_KEY, STATUS
from shared.casework.files.rows import Fault, Row
from shared.casework.files.store import File
from shared.casework.held import Department, Held
from shared.commands import Call, Command, Outcome, decide
from shared.database import Connection
from shared.desk import Desk
from shared.events.cases import CaseData, Status
from shared.events.envelope import Event
from shared.recorded import Recorded
from shared.refusal import Refused

_CLOSE: Mapping[Status, Callable[[Department, Held, Any, Recorded], Event]] = {
    Status.RESOLVED: model.resolve,
    Status.REFUSED: model.refuse,
    Status.WITHDRAWN: model.withdraw,
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A row and what would become of it: its faults, or whether it brings a step."""

    row: Row
    faults: Sequence[Fault]
    is_new: bool


async def weigh(
    conn: Connection, department: Department, rows: Sequence[Row], recorded: Recorded, file: File
) -> Sequence[Weighed]:
    """Return what would become of `rows`, which have different keys; nothing is written."""
    receipts = [_receipt(department, row, recorded, file) for row in rows]
    async with conn.transaction():
        received = await decide(conn, receipts)
        closings = {
            row.number: _closing(department, row, outcome, recorded, file)
            for row, outcome in zip(rows, received, strict=True)
            if row.closing is not None and outcome.failure is None
        }
        outcomes = await decide(conn, list(closings.values()))
    closed = dict(zip(closings, outcomes, strict=True))
    return [
        _weighed(row, outcome, closed.get(row.number))
        for row, outcome in zip(rows, received, strict=True)
    ]


async def take(
    desk: Desk,
    department: Department,
    rows: Sequence[Row],
    recorded: Recorded,
    file: File,
) -> Sequence[Fault]:
    """Let the desk take `rows` as commands of who sent the file; return what it refuses after all.

    After an interruption the same rows are taken again: what came true stays and is not repeated.
    """
    answers = await _run(desk.run(_receipt(department, row, recorded, file)) for row in rows)
    received = list(zip(rows, answers, strict=True))
    faults = [fault for row, said in received for fault in _refused(row, said, ROW_KEY)]
    closable = [
        (row, _closing(department, row, Outcome("repeated", said), recorded, file))
        for row, said in received
        if row.closing is not None and isinstance(said, str)
    ]
    answers = await _run(desk.run(closing) for _, closing in closable)
    for (row, _), said in zip(closable, answers, strict=True):
        faults += _refused(row, said, STATUS)
    return faults


async def _run(commands: Iterable[Awaitable[str]]) -> Sequence[str | Refused]:
    """Return the answers and refusals of commands that run together; another failure is raised."""
    said: list[str | Refused] = []
    for answer in await asyncio.gather(*commands, return_exceptions=True):
        if isinstance(answer, BaseException) and not isinstance(answer, Refused):
            raise answer
        said.append(answer)
    return said


def _receipt(department: Department, row: Row, recorded: Recorded, file: File) -> Command:
    case_id = uuid7()
    return Command(
        call=_call(row, "received", row.receipt, recorded, file),
        table=store,
        subject=case_id,
        body=row.receipt,
        decide=lambda _, at: model.receive(department, case_id, row.receipt, at),
        answer=_answer,
        fresh=True,
    )


def _closing(
    department: Department,
    row: Row,
    received: Outcome,
    recorded: Recorded,
    file: File,
) -> Command:
    """Return the command that closes the case of a row whose receipt was answered.

    A receipt that was only decided is in no table: then the case is held as it would be.
    """
    assert row.closing is not None
    close, body, event = _CLOSE[row.status], row.closing, received.event
    not_stored = _held(event) if event is not None else None

    def decided(held: Held | None, at: Recorded) -> Event:
        if not_stored is not None:
            return close(department, not_stored, body, at.after(not_stored.recorded_at))
        if held is None:
            raise Refused("unknown_case", "id", status=404)
        return close(department, held, body, at)

    return Command(
        call=_call(row, "closed", body, recorded, file),
        table=store,
        subject=event.subject if event is not None else UUID(json.loads(received.answer)["id"]),
        body=body,
        decide=decided,
        answer=_answer,
        fresh=event is not None,
    )


def _call(row: Row, step: str, body: BaseModel, recorded: Recorded, file: File) -> Call:
    said = f"{row.status if step == 'closed' else ''}{body.model_dump_json(exclude_none=True)}"
    return Call(
        name=f"row_{step}",
        key=f"{row.key}\n{step}",  # a header ends with its line: no client's own key is like this
        fingerprint=hashlib.sha256(said.encode()).digest(),
        recorded=recorded,
        actor=file.sent_by,
        office=file.office,
    )


def _answer(event: Event) -> dict[str, object]:
    return {"id": event.subject}


def _held(event: Event) -> Held:
    assert isinstance(event.data, CaseData)
    return Held(
        id=event.subject,
        sequence=event.sequence,
        case=event.data.case,
        recorded_at=event.recordedtime,
    )


def _weighed(row: Row, received: Outcome, closed: Outcome | None) -> Weighed:
    faults = [*_faults(row, received, ROW_KEY), *(_faults(row, closed, STATUS) if closed else ())]
    is_new = received.said == "accepted" or (closed is not None and closed.said == "accepted")
    return Weighed(row, faults, is_new)


def _faults(row: Row, outcome: Outcome, otherwise: str) -> Sequence[Fault]:
    """Return what is refused of a row; a failure that is no refusal is raised."""
    if outcome.failure is None:
        return ()
    if not isinstance(outcome.failure, Refused):
        raise outcome.failure
    return _refused(row, outcome.failure, otherwise)


def _refused(row: Row, said: str | Refused, otherwise: str) -> Sequence[Fault]:
    if isinstance(said, str):
        return ()
    return row.faults(Refused("row_changed") if said.rule == "key_reused" else said, otherwise)
