"""The HTTP interface of vintages: which reports were issued, and what became of each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.reporting.asked import known
from services.reporting.asked_again import unchanged
from services.reporting.issuing.vintages import ISSUED, IssuedState, Vintage, Wanted, vintages
from shared import units
from shared.access import answering, asking
from shared.database import Pool
from shared.frozen import Day, Frozen
from shared.parameters import known_parameters
from shared.refusal import Refused

_PAGE = 1_000


class VintagePage(Frozen):
    """Issued reports, the one dated last first: a page of `total`."""

    total: int
    page: int
    vintages: tuple[Vintage, ...]


def vintage_routes(pool: Pool) -> APIRouter:
    """Return the route of vintages."""
    routes = APIRouter(tags=["documents"], dependencies=[Depends(known_parameters)])

    @routes.get(
        "/vintages",
        response_model=VintagePage,
        responses={304: {"description": "unchanged"}},
        summary="Issued reports of the units that the caller answers for",
    )
    async def read(
        request: Request,
        response: Response,
        *,
        unit: Annotated[
            str | None,
            Query(
                max_length=16, examples=["2004-288"], description="with what is in it; one's own"
            ),
        ] = None,
        start: Annotated[
            Day | None, Query(alias="from", description="periods that begin on this day or later")
        ] = None,
        end: Annotated[
            Day | None, Query(alias="to", description="periods that end on this day or before")
        ] = None,
        state: Annotated[
            list[IssuedState], Query(max_length=len(ISSUED), description="all, where none is said")
        ] = [],  # noqa: B006 - FastAPI copies it
        page: Annotated[int, Query(ge=0, le=10_000)] = 0,
        size: Annotated[int, Query(ge=1, le=_PAGE)] = 200,
    ) -> VintagePage | Response:
        holder = unit or asking(request).unit
        answering(request, known(holder, "unit"))
        if start and end and end < start:
            raise Refused("period_backwards", "to", start=start)
        of = sorted(units.answered_for(holder))
        wanted = Wanted(units=of, states=state or ISSUED, start=start, end=end)
        total, found = await vintages(pool, wanted, page * size, size)
        told = VintagePage(total=total, page=page, vintages=tuple(found))
        if known_already := unchanged(request, response, told.model_dump_json()):
            return known_already
        if (page + 1) * size < total:
            following = request.url.include_query_params(page=page + 1)
            response.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
        return told

    return routes
