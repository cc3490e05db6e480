"""The HTTP interface of files of cases: the template, a file sent, how far it is."""

import asyncio
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from shared import grid
from shared.access import asking
from shared.casework.files import store
from shared.casework.files.columns import form_of, head_of
from shared.casework.files.rows import LIMITS, Fault
from shared.casework.files.store import File, Sent, State, Take
from shared.casework.files.template import template
from shared.casework.held import Department
from shared.database import Pool
from shared.desk import Desk
from shared.language import Language
from shared.parameters import known_parameters
from shared.problems import language_of
from shared.refusal import Refused
from shared.sentences import sentence

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTES = {"schema": {"type": "string", "format": "binary"}}


class FaultAnswer(BaseModel):
    """What is wrong with a cell; row 0 is the file as a whole."""

    row: int
    sheet: str | None
    cell: str
    field: str
    rule: str
    message: str


class FileAnswer(BaseModel):
    """How far a file is.

    `rows` are those that are not blank, known when all were checked; `rows_read` those that the
    present pass, checking or taking, has done. Of these `taken` brought a step and `repeated` had
    been taken before. `broken` rows are not taken. `unused_columns` mean nothing here.
    """

    id: UUID
    sent_at: datetime
    dry_run: bool
    take: Take
    state: State
    rows: int | None
    rows_read: int
    taken: int
    repeated: int
    broken: int
    rows_per_second: float | None
    seconds_left: float | None
    unused_columns: list[str]
    faults: list[FaultAnswer]


def file_routes(department: Department, desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes under which files of the cases of `department` are taken in."""
    routes = APIRouter(
        prefix="/cases/files",
        tags=["files of cases"],
        dependencies=[Depends(known_parameters)],
    )
    form = form_of(department)
    # One at a time: a workbook may unpack to many times its size.
    reading = asyncio.Semaphore(1)

    @routes.get(
        "/template",
        response_class=Response,
        responses={200: {"content": {_XLSX: {}}}},
        summary="Read the XLSX template of a file of cases",
    )
    async def read_template() -> Response:
        data = await asyncio.to_thread(template, form)
        name = f'attachment; filename="{department.name}.xlsx"'
        return Response(data, media_type=_XLSX, headers={"content-disposition": name})

    @routes.post(
        "",
        status_code=202,
        openapi_extra={"requestBody": {"content": {_XLSX: _BYTES, "text/csv": _BYTES}}},
        summary="Send a file of cases, XLSX or CSV: each row is received and, it may be, closed",
    )
    async def send(
        *,
        request: Request,
        response: Response,
        dry_run: bool = False,
        take: Take = "all",
    ) -> FileAnswer:
        recorded_on = desk.stated_day(request)
        LIMITS.check_size(int(request.headers.get("content-length", "0")))
        with tempfile.TemporaryFile() as content:
            size = 0
            async for part in request.stream():
                size += content.write(part)
                LIMITS.check_size(size)
            async with reading:
                unused = await asyncio.to_thread(_unused, content)
            person = asking(request)
            sent = Sent(
                id=uuid7(),
                dry_run=dry_run,
                take=take,
                recorded_on=recorded_on,
                unused=unused,
                sent_by=person.name,
                office=person.unit,
            )
            async with pool.acquire() as conn:
                await store.add(conn, sent, content)
        response.headers["location"] = f"/cases/files/{sent.id}"
        return await answer(sent.id, request, 0)

    @routes.get("", summary="The last twenty files, the newest first; their faults stand with each")
    async def read_latest(request: Request) -> list[FileAnswer]:
        async with pool.acquire() as conn:
            files = await store.latest(conn, asking(request).unit)
            return [_told(one, await store.broken(conn, one.id), []) for one in files]

    @routes.get(
        "/{id}",
        summary="How far a file is, and what is wrong in it; its cells are told to who sent it",
    )
    async def read(
        id: UUID,  # noqa: A002 - the name in the address
        request: Request,
        from_row: Annotated[int, Query(ge=0, le=LIMITS.rows)] = 0,
    ) -> FileAnswer:
        return await answer(id, request, from_row)

    async def answer(file_id: UUID, request: Request, from_row: int) -> FileAnswer:
        language = language_of(request.headers.get("accept-language"))
        person = asking(request)
        async with pool.acquire() as conn:
            file = await store.read(conn, file_id, person.unit)
            if file is None:
                raise Refused("unknown_file", "id", status=404)
            broken = await store.broken(conn, file_id)
            faults = await store.faults_of(conn, file_id, from_row)
        # Anything may stand in a broken cell: who sent the file has it before them.
        if person.name != file.sent_by:
            faults = [replace(one, values=dict.fromkeys(one.values, "…")) for one in faults]
        return _told(file, broken, [_fault(one, language) for one in faults])

    def _unused(content: BinaryIO) -> tuple[str, ...]:
        """Return the headings that mean nothing; refuse a file that cannot be one of cases."""
        with closing(grid.rows(content, LIMITS)) as rows:
            return head_of(rows, form).unused

    return routes


def _told(file: File, broken: int, faults: list[FaultAnswer]) -> FileAnswer:
    rate = left = None
    if file.began_at is not None and file.moved_at is not None and file.moved_at > file.began_at:
        seconds = (file.moved_at - file.began_at).total_seconds()
        rate = round((file.rows_read - file.began_with) / seconds, 1)
    if rate and file.rows is not None:
        left = round((file.rows - file.rows_read) / rate, 1)
    return FileAnswer(
        id=file.id,
        sent_at=file.sent_at,
        dry_run=file.dry_run,
        take=file.take,
        state=file.state,
        rows=file.rows,
        rows_read=file.rows_read,
        taken=file.taken,
        repeated=file.repeated,
        broken=broken,
        rows_per_second=rate,
        seconds_left=left,
        unused_columns=list(file.unused),
        faults=faults,
    )


def _fault(fault: Fault, language: Language) -> FaultAnswer:
    sheet, _, cell = fault.cell.rpartition("!")
    return FaultAnswer(
        row=fault.row,
        sheet=sheet or None,
        cell=cell,
        field=fault.field,
        rule=fault.rule,
        message=sentence(fault.rule, language, fault.values),
    )
