"""The HTTP interface of figures: any indicator, of any units and periods, as of any day."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from cachetools import LRUCache
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from services.reporting import positions
from services.reporting.asked import have_come, known
from services.reporting.asked_again import has
from services.reporting.drawing import at_work, heading
from services.reporting.figure import Period
from services.reporting.figure_forms import EXAMPLE, FIGURE_FORMS, row
from services.reporting.figure_questions import Answer, Ask, FigureQuestions
from services.reporting.figures import chosen_of
from services.reporting.report import Borders
from shared.access import answering
from shared.clock import Clock, ward_day
from shared.frozen import Day
from shared.indicators import EDITION
from shared.parameters import known_parameters
from shared.periods import Step, steps
from shared.refusal import Refused

MOST = 100_000
"""Figures of one answer."""
_PAGE = 5_000
_MOST_INDICATORS = 50
_MOST_UNITS = 50
_KEPT_BYTES = 64 * 1024 * 1024
"""Of answers that are given again, byte for byte, while they hold."""
_WORD = 12
"""Letters of a version, where those of several units are one."""


@dataclass(frozen=True, slots=True)
class _Span:
    """The days asked about, and the day as of which."""

    period: Period
    by: Step | None
    as_of: date
    today: date

    def periods(self) -> Iterator[Period]:
        """Return the period, or the calendar months, quarters or years of it, cut where it ends."""
        return iter([self.period]) if self.by is None else steps(self.period, self.by)


@dataclass(frozen=True, slots=True)
class _Which:
    """The units asked about: those named, each with what is in it together; or each one `under`.

    Under the country these are the units of either list that worked on days of the period.
    """

    unit: Sequence[str]
    under: str | None
    borders: Borders | None
    page: int
    size: int


def _which(
    unit: Annotated[
        list[str], Query(max_length=_MOST_UNITS, description="units, or what is above units")
    ] = [],  # noqa: B006 - FastAPI copies it
    under: Annotated[
        str | None, Query(max_length=16, description="each unit in it", examples=["2004-288"])
    ] = None,
    borders: Annotated[
        Borders | None, Query(description="over 1 July 2025: of then, of today, or its own")
    ] = None,
    page: Annotated[int, Query(ge=0, le=10_000, description="of the units in `under`")] = 0,
    size: Annotated[int, Query(ge=1, le=_PAGE, description="units of a page")] = 1_000,
) -> _Which:
    if not unit and under is None:
        raise Refused("no_units", "unit")
    return _Which(unit, under, borders, page, size)


@dataclass(frozen=True, slots=True)
class _Found:
    """Figures, of how many units there are, and the header of the next page where there is one."""

    answer: Answer
    units: int
    more: Mapping[str, str]


def figure_routes(questions: FigureQuestions, clock: Clock) -> APIRouter:
    """Return the routes of figures."""
    routes = APIRouter(tags=["figures"], dependencies=[Depends(known_parameters)])
    bodies = LRUCache[tuple[str, str], bytes](_KEPT_BYTES, getsizeof=len)

    def span(
        start: Annotated[Day, Query(alias="from", examples=["2023-01-01"])],
        end: Annotated[Day, Query(alias="to", examples=["2023-12-31"])],
        by: Annotated[Step | None, Query(description="cut into calendar months, …")] = None,
        as_of: Annotated[Day | None, Query(description="as recorded up to this day; today")] = None,
    ) -> _Span:
        today = ward_day(clock())
        period = Period(start=start, end=end)
        have_come(period, as_of or today, today)
        return _Span(period, by, as_of or today, today)

    content: dict[str, Any] = {one.media_type.split(";")[0]: {} for one in FIGURE_FORMS.values()}
    content["application/json"] = {"example": EXAMPLE}

    @routes.get(
        "/figures",
        response_class=Response,
        responses={200: {"content": content}, 304: {"description": "nothing has moved since"}},
        summary="Figures of indicators: of units, each or together, of periods, as of a day",
    )
    async def read(
        request: Request,
        *,
        indicator: Annotated[
            list[str],
            Query(max_length=_MOST_INDICATORS, examples=[["registry.applications_received"]]),
        ],
        about: Annotated[_Span, Depends(span)],
        which: Annotated[_Which, Depends(_which)],
        where: Annotated[
            list[Annotated[str, Field(max_length=200)]],
            Query(max_length=10, examples=[["channel=online"]], description="dimensions"),
        ] = [],  # noqa: B006 - as above
        form: Annotated[str, Query(alias="format", description=", ".join(FIGURE_FORMS))] = "json",
    ) -> Response:
        if form not in FIGURE_FORMS:
            raise Refused("not_acceptable", "format", forms=", ".join(FIGURE_FORMS))
        asks = list(_asks(indicator, where, about))
        found = await (_of_each if which.under else _together)(
            questions, request, which, asks, about
        )
        etag = f'"{found.answer.version}-{_digest(request)}"'
        headers = {
            **found.more,
            "etag": etag,
            "wardbook-positions": positions.to_json(found.answer.folded),
            "vary": "accept-language",
        }
        if has(request, etag):
            return Response(status_code=304, headers=headers)
        media_type = FIGURE_FORMS[form].media_type
        asked = etag, request.url.query
        if body := bodies.get(asked):
            return Response(body, media_type=media_type, headers=headers)
        told = {
            "as_of": about.as_of.isoformat(),
            "version": found.answer.version,
            "units": found.units,
            "page": which.page,
        }
        rows = [row(one) for one in found.answer.told]
        body = FIGURE_FORMS[form].written(told, rows)
        if len(body) <= bodies.maxsize:
            bodies[asked] = body
        return Response(body, media_type=media_type, headers=headers)

    return routes


async def _of_each(
    questions: FigureQuestions, request: Request, which: _Which, asks: Sequence[Ask], about: _Span
) -> _Found:
    assert which.under is not None
    answering(request, known(which.under, "under"), field="under")
    every = at_work(which.under, about.period)
    mine = every[which.page * which.size : (which.page + 1) * which.size]
    _few(max(1, len(mine)) * len(asks))
    more = {}
    if (which.page + 1) * which.size < len(every):
        following = request.url.include_query_params(page=which.page + 1)
        more = {"link": f'<{following.path}?{following.query}>; rel="next"'}
    return _Found(await questions.of_each(mine, asks, about.as_of), len(every), more)


async def _together(
    questions: FigureQuestions, request: Request, which: _Which, asks: Sequence[Ask], about: _Span
) -> _Found:
    _few(len(which.unit) * len(asks))
    answers = list[Answer]()
    for one in which.unit:
        head = heading(one, about.period, about.as_of, about.today, borders=which.borders)
        answering(request, head.unit_id)
        answers.append(await questions.of_all(head, asks))
    told = [one for answer in answers for one in answer.told]
    version = "-".join(one.version[:_WORD] for one in answers)
    return _Found(Answer(told, answers[0].folded, version), len(answers), {})


def _asks(indicators: Sequence[str], where: Sequence[str], about: _Span) -> Iterator[Ask]:
    dimensions = tuple(_dimensions(where).items())
    for indicator in indicators:
        try:
            chosen_of(indicator, dimensions)
        except KeyError:
            raise Refused("unknown_figure", "indicator", status=404, figure=indicator) from None
        except ValueError as error:
            raise Refused("not_narrowed_so", "where", why=error) from None
        for period in about.periods():
            yield Ask(indicator, dimensions, period)


def _dimensions(where: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for told in where:
        name, _, value = told.partition("=")
        if name in found:
            raise Refused("not_narrowed_so", "where", why=f"{name} is said twice")
        if value.startswith("$"):  # a variable of outlines, and of nothing else
            raise Refused("not_narrowed_so", "where", why=f"{name} has no value {value}")
        found[name] = value
    return found


def _digest(request: Request) -> str:
    """Return a word for what was asked, and by which catalogue of figures it is answered.

    So no answer is taken for that of another question, or of a release before.
    """
    return hashlib.sha256(f"{EDITION}\n{request.url.query}".encode()).hexdigest()[:8]


def _few(figures: int) -> None:
    if figures > MOST:
        raise Refused("too_many_figures", "size", most=MOST)
