"""The HTTP interface of drafts: written again and again, by one clerk or by two."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from services.returns import drafts, lines, model
from services.returns.commands import WriteDraft
from services.returns.model import Draft
from shared.access import answering
from shared.database import Pool
from shared.desk import Desk
from shared.events.returns import Return
from shared.refusal import Refused

IfMatch = Annotated[
    str | None, Header(description="The ETag of the version that was read; none for a first one")
]


class DraftAnswer(BaseModel):
    """A draft as the service now keeps it; its version is also the answer's ETag."""

    id: UUID
    version: int
    draft: Return = Field(description="What is written so far; nothing is declared by it")


def draft_routes(desk: Desk, pool: Pool) -> APIRouter:  # noqa: ARG001 - no command: it tells nobody
    """Return the routes under which drafts are written and read."""
    routes = APIRouter(prefix="/returns/drafts", tags=["drafts"])

    @routes.put("", response_model_exclude_none=True, summary="Write the draft of a return")
    async def write(
        draft: WriteDraft,
        request: Request,
        response: Response,
        if_match: IfMatch = None,
    ) -> DraftAnswer:
        content = model.draft(draft, lines.read(draft.figures))
        answering(request, content.unit)
        kept = await drafts.save(pool, model.id_of(draft), content, version_of(if_match))
        return draft_answer(model.id_of(draft), kept, response)

    @routes.get("/{id}", response_model_exclude_none=True, summary="Read a draft")
    async def read(id: UUID, request: Request, response: Response) -> DraftAnswer:  # noqa: A002
        kept = await drafts.read(pool, id)
        answering(request, kept.ward_return.unit, field="id")
        return draft_answer(id, kept, response)

    return routes


def version_of(if_match: str | None) -> int | None:
    """Return the version that a header names, None where there is no header."""
    if if_match is None:
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,18})"?', if_match.strip())
    if found is None:
        raise Refused("draft_changed", "If-Match", status=412)
    return int(found[1])


def draft_answer(id_: UUID, kept: Draft, response: Response) -> DraftAnswer:
    """Return how a draft is told, and put its ETag on the response."""
    response.headers["etag"] = f'"{kept.version}"'
    return DraftAnswer(id=id_, version=kept.version, draft=kept.ward_return)
