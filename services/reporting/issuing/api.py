"""The HTTP interface of issuing: steps by people of the unit, questions also by who is above it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Json

from services.reporting.issuing import store
from services.reporting.issuing.commands import Order, TakeStep
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.model import Action, State
from services.reporting.issuing.office import Office
from services.reporting.issuing.restatement import Restatement
from services.reporting.issuing.store import Held, Kind
from services.reporting.report import described
from shared import units
from shared.access import asking
from shared.clock import Clock, noon_of, ward_day
from shared.frozen import Day
from shared.people import Capacity, Person, Role
from shared.recorded import Recorded
from shared.refusal import Refused


class StepAnswer(BaseModel):
    """A step that somebody took; `capacity` and `position` are those in which they signed."""

    action: Action
    person: str
    role: Role
    at: datetime
    state: State
    reason: str
    check: str
    capacity: Capacity | None
    position: str


class DocumentAnswer(BaseModel):
    """A document as it is kept.

    `sha256` is the hash of its content as drawn, `files` those of its forms as issued; `unwaived`
    the broken checks that block signing; `late` the steps taken later than the law allows;
    `concerned_by` the letters and the report that correct or replace it.
    """

    id: UUID
    kind: Kind
    unit: str
    subject: str
    starts: date
    ends: date
    as_of: date
    state: State
    number: int | None
    notation: str
    dated: date | None
    sha256: str
    files: Mapping[str, str]
    positions: Json[Mapping[str, Mapping[str, int]]]
    broken: Sequence[str]
    unwaived: Sequence[str]
    late: Sequence[Action]
    concerns: UUID | None
    concerned_by: Sequence[UUID]
    steps: Sequence[StepAnswer]

    @classmethod
    def of(cls, held: Held) -> Self:
        """Tell of a document."""
        document = held.document
        own = (
            *("id", "kind", "subject", "starts", "ends", "as_of", "number", "notation", "dated"),
            *("files", "positions", "concerns", "concerned_by"),
        )
        return cls(
            **{name: getattr(held, name) for name in own},
            unit=document.unit,
            state=document.state,
            sha256=document.sha256,
            broken=sorted(document.broken),
            unwaived=sorted(document.unwaived),
            late=document.late,
            steps=[
                StepAnswer.model_validate(step, from_attributes=True) for step in document.steps
            ],
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and when; a migration says when it was."""

    person: Person
    recorded: Recorded

    @property
    def units(self) -> Sequence[str]:
        """Whose documents they may read."""
        return sorted(units.answered_for(self.person.unit))


def caller_by(clock: Clock) -> Callable[..., Caller]:
    """Return what reads the caller from a request's headers."""

    def caller(request: Request, recorded_on: Annotated[Day | None, Header()] = None) -> Caller:
        person = asking(request)
        return Caller(person, _recorded(clock(), recorded_on, person))

    return caller


def _recorded(now: datetime, stated: date | None, person: Person) -> Recorded:
    if stated is None:
        return Recorded(at=now)
    if Role.MIGRATOR not in person.roles:
        raise Refused("migration_right", "Recorded-On", status=403)
    if stated > ward_day(now):
        raise Refused("in_the_future", "Recorded-On", today=ward_day(now))
    return Recorded(at=min(noon_of(stated), now), migrated=True)


def issuing_routes(drafts: Drafts, office: Office, caller: Callable[..., Caller]) -> APIRouter:
    """Return the routes under which documents are drawn and issued."""
    routes = APIRouter(prefix="/documents", tags=["documents"])

    type By = Annotated[Caller, Depends(caller)]

    @routes.post("", status_code=201, summary="Draw a report, a replacing one or a letter")
    async def draw(order: Annotated[Order, Body()], by: By) -> DocumentAnswer:
        content = await drafts.content(order, by.person, by.recorded)
        return DocumentAnswer.of(await office.add(content, by.person, by.recorded))

    @routes.put("/{id}", summary="Draw a draft anew")
    async def draw_anew(id: UUID, order: Annotated[Order, Body()], by: By) -> DocumentAnswer:  # noqa: A002
        content = await drafts.content(order, by.person, by.recorded)
        return DocumentAnswer.of(await office.draw_anew(id, content, by.person, by.recorded))

    @routes.post("/{id}/steps", status_code=201, summary="Take a step with a document")
    async def act(id: UUID, step: TakeStep, by: By) -> DocumentAnswer:  # noqa: A002
        return DocumentAnswer.of(await office.act(id, step.act(), by.person, by.recorded))

    return routes


def reading_routes(drafts: Drafts, office: Office, caller: Callable[..., Caller]) -> APIRouter:
    """Return the routes under which the documents of the caller's units are read and compared."""
    routes = APIRouter(prefix="/documents", tags=["documents"])

    type By = Annotated[Caller, Depends(caller)]

    @routes.get("", summary="The documents of the unit and of those below it, the latest first")
    async def page(
        by: By, before: UUID | None = None, most: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> list[DocumentAnswer]:
        async with office.pool.acquire() as conn:
            held = await store.page(conn, by.units, before, most)
        return [DocumentAnswer.of(one) for one in held]

    @routes.get("/{id}", summary="A document, its steps and hashes")
    async def read(id: UUID, by: By) -> DocumentAnswer:  # noqa: A002
        async with office.pool.acquire() as conn:
            return DocumentAnswer.of(await store.find(conn, id, by.units))

    @routes.get(
        "/{id}/files/{form}",
        response_class=Response,
        responses={200: described(office.forms)},
        summary="A document as issued; before that as it stands",
    )
    async def file(id: UUID, form: str, by: By) -> Response:  # noqa: A002
        found = await office.file(id, form, by.units)
        headers = {
            "content-disposition": f'inline; filename="van-ban-{id}.{form}"',
            "etag": f'"{found.sha256}"',
        }
        return Response(found.content, media_type=found.media_type, headers=headers)

    @routes.get("/{id}/restatement", summary="What a report would say otherwise: old, new, cause")
    async def restatement(
        id: UUID,  # noqa: A002
        by: By,
        as_of: Annotated[Day | None, Query(description="as recorded up to it; today")] = None,
    ) -> Restatement:
        return await drafts.restatement(id, by.units, as_of, by.recorded.on)

    return routes
