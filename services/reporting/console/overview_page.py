"""The overview page: reads how each unit in a city stands, and shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fastapi import Request, Response

from services.reporting import positions
from services.reporting.console import overview
from services.reporting.console.figures import Row, row
from services.reporting.console.pages import page
from services.reporting.console.questions import Days
from services.reporting.console.view import View
from services.reporting.drawing import at_work
from services.reporting.report import Plan
from services.reporting.standing import Standing
from services.reporting.tally_reader import Tallies
from shared import units
from shared.access import asking

MOST = 200
"""Units of a page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the units are to be shown."""

    holder: str
    days: Days
    sort: str
    order: str
    q: str
    compare: tuple[str, ...]
    page: int

    @property
    def view(self) -> View:
        """The page as its address says it."""
        told = {"unit": self.holder, **self.days.state, "sort": self.sort, "order": self.order}
        more = {"q": self.q, "compare": self.compare, "page": self.page or None}
        return View("/console", {**told, **more})


class OverviewPage:
    """Shows the units of a holder."""

    def __init__(self, standing: Standing, plan: Plan) -> None:
        """Read by `standing`; a unit's checks are those of the plan of its report."""
        self._standing = standing
        self._plan = plan

    async def shown(self, request: Request, asked: Asked) -> Response:
        """Return the page."""
        names = {one: units.called(one) for one in _in_force(asked)}
        found = overview.named(names, asked.q)
        is_paged = len(found) > MOST
        if is_paged:
            found = sorted(found, key=lambda one: (overview.plain(names[one]), one))
        last = max(0, len(found) - 1) // MOST
        here = min(asked.page, last)
        some = found[here * MOST : (here + 1) * MOST]
        chosen = [one for one in asked.compare if one in names]
        read, folded = await self._rows([*dict.fromkeys([*some, *chosen])], asked.days)
        rows = [one for one in read if one.unit in set(some)]
        compared = [one for unit in chosen for one in read if one.unit == unit]
        if not is_paged:
            rows = [*overview.ordered(rows, asked.sort, falling=asked.order == "desc")]
        return page(
            request,
            "overview.html",
            asked.view,
            asked=asked,
            days=asked.days,
            rows=rows,
            total=overview.total(rows),
            compared=compared,
            bars=overview.side_by_side(compared),
            columns=overview.COLUMNS,
            is_paged=is_paged,
            here=here,
            last=last,
            most=MOST,
            above=[one for one in units.above(asked.holder) if asking(request).answers_for(one)],
            below=below(asked.holder),
            folded=positions.to_json(folded),
        )

    async def _rows(
        self, some: Sequence[str], days: Days
    ) -> tuple[Sequence[Row], positions.Positions]:
        def work_out(tallies: Mapping[str, Tallies]) -> Mapping[str, Row]:
            told = tallies.items()
            return {id_: row(self._plan, id_, days.period, days.as_of, one) for id_, one in told}

        key = "console.row", days.period
        each = await self._standing.each(some, days.as_of, key, work_out)
        return list(each.of.values()), each.folded


def _in_force(asked: Asked) -> Sequence[str]:
    """Return the units of a holder: of the country those that were at work in the period."""
    if asked.holder != units.COUNTRY:
        return units.under(asked.holder)
    return at_work(asked.holder, asked.days.period)


@cache
def below(holder: str) -> Sequence[str]:
    """Return what is right below the country or a province of 2004: provinces, districts."""
    under = units.under(holder)
    right_below = (units.above(one) for one in under)
    found = {held[held.index(holder) - 1] for held in right_below if held.index(holder) > 0}
    return sorted(found)
