"""The HTTP interface of obligations: who owes what, since when, and what came late."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.returns import steps
from services.returns.owed import Owed, stand
from shared import units
from shared.casework.model import unit_id
from shared.clock import start_of
from shared.database import Pool
from shared.desk import Desk
from shared.obligations import owed
from shared.refusal import Refused

_A_TERM = timedelta(days=5 * 366)


class OwedAnswer(BaseModel):
    """How the obligations of a unit stood at the end of a day."""

    unit: str
    on: date
    owed: list[Owed]


def owed_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the route that lists the returns that are owed."""
    routes = APIRouter(prefix="/returns", tags=["returns"])

    @routes.get("/owed", summary="Read which returns a unit's departments owe, and since when")
    async def read(
        *,
        unit: Annotated[str, Query(min_length=1, max_length=16, examples=["10525"])],
        on: date | None = None,
        since: Annotated[
            date | None, Query(alias="from", description="Left out: five years before")
        ] = None,
        settled: Annotated[
            bool, Query(description="List those with which nothing is to be done, too")
        ] = False,
    ) -> OwedAnswer:
        day = on or desk.today
        if day > desk.today:
            raise Refused("in_the_future", "on", today=desk.today)
        found = units.unit(unit_id(unit, day if on else desk.today))
        first = max(since or day - _A_TERM, found.valid_from or date.min)
        obligations = owed(first, min(day, found.valid_to or day))
        taken = await steps.of_unit(pool, found.id, start_of(day + timedelta(days=1)))
        every = stand(found.id, obligations, taken, day)
        return OwedAnswer(
            unit=found.id, on=day, owed=[one for one in every if settled or not one.is_settled]
        )

    return routes
