"""The HTTP interface of what figures are about: units with their lineage, and indicators."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from services.reporting import projection
from services.reporting.asked import known
from services.reporting.asked_again import unchanged
from services.reporting.known_lineage import read_lineage
from shared import units
from shared.clock import Clock, ward_day
from shared.database import Pool
from shared.events.lineage import Share
from shared.frozen import Day, Frozen
from shared.indicators import CATALOGUE
from shared.indicators.model import Kind
from shared.lineage import Edge, Lineage
from shared.parameters import known_parameters

_PAGE = 5_000
_EXAMPLE = "2004-10525"


class LineageEdge(Frozen):
    """What of one unit went into another; `weight` of what it counts goes with it (1, 1/2, 0).

    It is an estimate unless `legal_basis` names the text that says so, or all went into one.
    """

    old: str
    new: str
    share: Share
    weight: str
    is_estimate: bool
    legal_on: date
    operates_on: date
    legal_basis: str | None


class UnitAnswer(Frozen):
    """A unit of one of the two lists, or what is above units; identity is `id` alone.

    `above` is the nearest first. `valid_from` is None where the first day is not known.
    """

    id: str
    code: str
    name: str
    level: str
    kind: str | None
    above: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    made_of: tuple[LineageEdge, ...] = ()
    went_into: tuple[LineageEdge, ...] = ()


class UnitPage(Frozen):
    """Units, in the order of their identities: a page of `total`."""

    total: int
    page: int
    units: tuple[UnitAnswer, ...]


class IndicatorAnswer(Frozen):
    """A named figure; `dimensions` are what it may be narrowed by, with codes where they are known.

    `adds_up` says whether those of several units are added up, or worked out anew from such.
    """

    id: str
    label: str
    unit_of_measure: str
    kind: Kind
    department: str
    dimensions: Mapping[str, tuple[str, ...] | None]
    formula: bool
    adds_up: bool


def unit_routes(pool: Pool, clock: Clock) -> APIRouter:
    """Return the routes of units, with what was recorded of their lineage, and of indicators."""
    routes = APIRouter(tags=["figures"], dependencies=[Depends(known_parameters)])

    @routes.get(
        "/units",
        response_model=UnitPage,
        responses={304: {"description": "unchanged"}},
        summary="Units of both lists, with validity, what is above them, and lineage",
    )
    async def read_units(  # noqa: PLR0913 - each a parameter of the address
        request: Request,
        response: Response,
        *,
        unit: Annotated[str | None, Query(max_length=16, examples=[_EXAMPLE])] = None,
        under: Annotated[str | None, Query(max_length=16, examples=["2004-288"])] = None,
        level: Literal["commune", "district", "province"] = "commune",
        valid_on: Annotated[Day | None, Query(description="in force on this day")] = None,
        q: Annotated[str, Query(max_length=100, description="part of the name")] = "",
        as_of: Annotated[Day | None, Query(description="lineage as known then; today")] = None,
        page: Annotated[int, Query(ge=0, le=10_000)] = 0,
        size: Annotated[int, Query(ge=1, le=_PAGE)] = 200,
    ) -> UnitPage | Response:
        day = as_of or ward_day(clock())
        found = [known(unit, "unit")] if unit else _listed(under or units.COUNTRY, level)
        wanted = [one for one in found if _is_wanted(one, q.casefold(), valid_on)]
        async with projection.snapshot(pool) as conn:
            lineage = await read_lineage(conn)
        some = tuple(_answer(one, lineage, day) for one in wanted[page * size : (page + 1) * size])
        told = UnitPage(total=len(wanted), page=page, units=some)
        return unchanged(request, response, told.model_dump_json()) or told

    @routes.get(
        "/indicators",
        response_model=tuple[IndicatorAnswer, ...],
        responses={304: {"description": "unchanged"}},
        summary="The catalogue of indicators",
    )
    async def read_indicators(
        request: Request,
        response: Response,
        department: Annotated[str | None, Query(max_length=64, examples=["registry"])] = None,
    ) -> Sequence[IndicatorAnswer] | Response:
        told = [
            _indicator(one.id)
            for one in CATALOGUE.indicators.values()
            if department in {None, one.department}
        ]
        every = "".join(one.model_dump_json() for one in told)
        return unchanged(request, response, every) or told

    return routes


def _listed(holder: str, level: str) -> Iterable[str]:
    known(holder, "under")
    if level == "commune":
        return units.under(holder)
    held = (above for one in units.under(holder) for above in units.above(one))
    return sorted({one for one in held if units.level(one) == level})


def _is_wanted(one: str, q: str, on: date | None) -> bool:
    first, last = _validity(one)
    in_force = on is None or (first or date.min) <= on <= (last or date.max)
    return in_force and q in units.called(one).casefold()


def _validity(one: str) -> tuple[date | None, date | None]:
    some = units.unit(one if units.is_unit(one) else next(iter(units.under(one))))
    return some.valid_from, some.valid_to


def _answer(one: str, lineage: Lineage, as_of: date) -> UnitAnswer:
    first, last = _validity(one)
    is_unit = units.is_unit(one)
    return UnitAnswer(
        id=one,
        code=one.partition("-")[2],
        name=units.called(one),
        level=units.level(one),
        kind=units.unit(one).kind if is_unit else None,
        above=units.above(one),
        valid_from=first,
        valid_to=last,
        made_of=_edges(lineage.edges_into(one, as_of)) if is_unit else (),
        went_into=_edges(lineage.edges_from(one, as_of)) if is_unit else (),
    )


def _edges(edges: Iterable[Edge]) -> tuple[LineageEdge, ...]:
    return tuple(
        LineageEdge(
            old=one.old,
            new=one.new,
            share=one.share,
            weight=str(one.weight),
            is_estimate=one.is_estimate,
            legal_on=one.legal_on,
            operates_on=one.operates_on,
            legal_basis=one.legal_basis,
        )
        for one in edges
    )


@cache
def _indicator(name: str) -> IndicatorAnswer:
    one = CATALOGUE.indicators[name]
    dimensions = CATALOGUE.dimensions_of(one)
    return IndicatorAnswer(
        id=one.id,
        label=one.label,
        unit_of_measure=one.unit_of_measure,
        kind=one.kind,
        department=one.department,
        dimensions={k: None if v is None else tuple(v) for k, v in dimensions.items()},
        formula=one.formula is not None,
        adds_up=one.formula is not None
        or (one.kind in (Kind.FLOW, Kind.LEVEL) and not one.of_one_unit),
    )
