"""The HTTP interface of obligations: who owes what, since when, and what came late."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from services.returns import steps
from services.returns.owed import Owed, stand
from shared import units
from shared.access import answering
from shared.casework.place import unit_id
from shared.clock import start_of
from shared.database import Pool
from shared.desk import Desk
from shared.frozen import Day
from shared.obligations import owed
from shared.parameters import known_parameters
from shared.refusal import Refused

_A_TERM = timedelta(days=5 * 366)


class OwedAnswer(BaseModel):
    """How the obligations of a unit stood at the end of a day."""

    unit: str
    on: date
    owed: list[Owed]


def owed_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the route that lists the returns that are owed."""
    routes = APIRouter(
        prefix="/returns", tags=["returns"], dependencies=[Depends(known_parameters)]
    )

    @routes.get("/owed", summary="Read which returns a unit's departments owe, and since when")
    async def read(
        request: Request,
        *,
        unit: Annotated[str, Query(min_length=1, max_length=16, examples=["10525"])],
        on: Day | None = None,
        since: Annotated[
            Day | None, Query(alias="from", description="Left out: five years before")
        ] = None,
        settled: Annotated[
            bool, Query(description="List those with which nothing is to be done, too")
        ] = False,
    ) -> OwedAnswer:
        day = on or desk.today
        if day > desk.today:
            raise Refused("in_the_future", "on", today=desk.today)
        if since is not None and since > day:
            raise Refused("period_backwards", "on", start=since)
        asked = _unit(unit, day)
        answering(request, asked.id)
        obligations = owed(asked, since or day - _A_TERM, day)
        taken = await steps.of_unit(pool, asked.id, start_of(day + timedelta(days=1)))
        every = stand(asked.id, obligations, taken, day)
        return OwedAnswer(
            unit=asked.id, on=day, owed=[one for one in every if settled or not one.is_settled]
        )

    return routes


def _unit(code_or_id: str, on: date) -> units.Unit:
    """Return the unit with this identity, in force or not, or with this code on a day."""
    try:
        return units.unit(code_or_id)
    except units.UnknownUnit:
        return units.unit(unit_id(code_or_id, on))
