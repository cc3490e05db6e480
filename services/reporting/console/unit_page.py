"""The page of one unit: its figures, where they are reported, its documents and its lineage."""

from collections.abc import Mapping

from fastapi import Request, Response

from services.reporting import positions
from services.reporting.console import course
from services.reporting.console.documents import number_of
from services.reporting.console.figures import a_year_before
from services.reporting.console.pages import page
from services.reporting.console.questions import Days
from services.reporting.console.view import View, address, borders_of, report_of
from services.reporting.drawing import heading
from services.reporting.issuing import store
from services.reporting.standing import Standing
from services.reporting.tally_reader import Tallies
from shared import units
from shared.access import asking
from shared.database import Pool
from shared.periods import Step

FORMS = ("html", "docx", "pdf", "xlsx", "json")
_DOCUMENTS = 20


class UnitPage:
    """Shows one unit."""

    def __init__(self, pool: Pool, standing: Standing) -> None:
        """Read figures by `standing`, documents from `pool`."""
        self._pool = pool
        self._standing = standing

    async def shown(self, request: Request, unit_id: str, days: Days, by: Step) -> Response:
        """Return the page."""
        unit = units.unit(unit_id)

        def work_out(tallies: Mapping[str, Tallies]) -> Mapping[str, course.Picture]:
            return {id_: course.picture(unit, days.period, by, one) for id_, one in tallies.items()}

        key = "console.picture", days.period, by
        each = await self._standing.each([unit_id], days.as_of, key, work_out)
        async with self._pool.acquire() as conn:
            documents = await store.page(conn, [unit_id], None, _DOCUMENTS)
        borders = borders_of(unit_id, days.period)
        about = heading(unit_id, days.period, days.as_of, days.today, borders=borders)
        return page(
            request,
            "unit.html",
            View(f"/console/units/{unit_id}", {**days.state, "by": by}),
            unit=unit,
            days=days,
            by=by,
            picture=each.of[unit_id],
            runs=course.runs,
            before=a_year_before(days.period),
            evidence=about.evidence,
            reports=[(form, report_of(unit_id, days.period, days.as_of, form)) for form in FORMS],
            documents=documents,
            documents_at=address(f"/console/units/{unit_id}/documents", **days.state),
            number_of=number_of,
            made_of=each.lineage.edges_into(unit_id, days.as_of),
            went_into=each.lineage.edges_from(unit_id, days.as_of),
            above=[one for one in unit.above if asking(request).answers_for(one)],
            may_see=asking(request).answers_for,
            folded=positions.to_json(each.folded),
        )
