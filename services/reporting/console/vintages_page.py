"""The page that holds a unit's report as of two days side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fastapi import Request, Response

from services.reporting import positions
from services.reporting.console.pages import page
from services.reporting.console.questions import Days
from services.reporting.console.view import View, borders_of
from services.reporting.console.vintages import grouped, held_together
from services.reporting.drawing import draw, heading
from services.reporting.report import Plan
from shared import units
from shared.database import Pool
from shared.refusal import Refused

type Only = Literal["all", "differs"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit's report as of the day of `days`, and of an`other` one."""

    unit: str
    days: Days
    other: date
    only: Only

    @property
    def state(self) -> Mapping[str, object]:
        """What an address says of it."""
        return {**self.days.state, "other": self.other, "only": self.only}


class VintagesPage:
    """Shows two vintages of a report."""

    def __init__(self, pool: Pool, plan: Plan) -> None:
        """Draw reports by a plan."""
        self._pool = pool
        self._plan = plan

    async def shown(self, request: Request, asked: Asked) -> Response:
        """Return the page."""
        days = asked.days
        if asked.other > days.today:
            raise Refused("in_the_future", "with", today=days.today)
        borders = borders_of(asked.unit, days.period)
        abouts = [
            heading(asked.unit, days.period, day, days.today, borders=borders)
            for day in (asked.other, days.as_of)
        ]
        former, latter = [await draw(self._pool, self._plan, about) for about in abouts]
        held = held_together(former.report, latter.report)
        told = [one for one in held if one.differs or asked.only == "all"]
        return page(
            request,
            "vintages.html",
            View(f"/console/units/{asked.unit}/compare", asked.state),
            asked=asked,
            unit=units.unit(asked.unit),
            days=days,
            groups=list(grouped(latter.report, told)),
            count=len(held),
            differing=sum(one.differs for one in held),
            evidence=[about.evidence for about in abouts],
            folded=positions.to_json(latter.folded),
        )
