"""The pages of documents: those of a unit, and one with its steps, checks, files and changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import Request, Response
from uuid_utils.compat import uuid7

from services.reporting.console.documents import (
    may_draw,
    number_of,
    standing,
    waited_for,
)
from services.reporting.console.pages import page, words_of
from services.reporting.console.questions import Days
from services.reporting.console.unit_page import FORMS
from services.reporting.console.view import View, address, borders_of
from services.reporting.console.words import Words
from services.reporting.issuing import store
from services.reporting.issuing.api import Caller
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.kept import kept
from services.reporting.issuing.model import Action
from services.reporting.issuing.office import Office
from services.reporting.issuing.restatement import Restatement
from shared import units

_MOST = 50
"""Documents of a page."""


@dataclass(frozen=True, slots=True)
class DocumentPages:
    """Shows documents."""

    drafts: Drafts
    office: Office

    async def of_unit(
        self, request: Request, unit: str, days: Days, before: UUID | None, by: Caller
    ) -> Response:
        """Return the page of a unit's documents, the latest first, older ones than `before`."""
        async with self.office.pool.acquire() as conn:
            found = await store.page(conn, [unit], before, _MOST + 1)
        shown = found[:_MOST]
        return page(
            request,
            "documents.html",
            View(f"/console/units/{unit}/documents", {**days.state, "before": before}),
            holder=units.called(unit),
            home=_home(unit, days.state),
            days=days,
            documents=[(one, number_of(one), waited_for(one.document)) for one in shown],
            older=shown[-1].id if len(found) > _MOST else None,
            may_draw=may_draw(unit, by.person, by.recorded),
            borders=borders_of(unit, days.period) if units.is_unit(unit) else None,
            is_old=units.is_of_2004(unit),
            new_id=uuid7(),
        )

    async def one(self, request: Request, id_: UUID, as_of: date | None, by: Caller) -> Response:
        """Return the page of a document, with what it would say otherwise as of a day.

        That is told where it is asked for: the report is drawn again for it.
        """
        async with self.office.pool.acquire() as conn:
            held = await store.find(conn, id_, by.units)
            report = kept(await store.model(conn, id_))
            former = held.concerns and await store.find(conn, held.concerns, by.units)
            later = [await store.find(conn, one, by.units) for one in held.concerned_by]
        restated: Restatement | None = None
        if as_of is not None:
            restated = await self.drafts.restatement(id_, by.units, as_of, by.recorded.on)
        about = report.about
        days = {"start": about.period.start, "end": about.period.end, "as_of": about.as_of}
        abouts = about, about.model_copy(update={"as_of": as_of or about.as_of})
        return page(
            request,
            "document.html",
            View(f"/console/documents/{id_}", {"as_of": as_of}),
            held=held,
            number=number_of(held),
            holder=units.called(about.unit_id),
            home=_home(about.unit_id, days),
            documents=address(f"/console/units/{about.unit_id}/documents", **days),
            stands=standing(held, report, later, by.person, by.recorded),
            late=_steps(words_of(request), held.document.late),
            labels={one.id: one.label for one in report.checks},
            forms=sorted(held.files or self.office.forms, key=FORMS.index),
            former=former,
            later=later,
            number_of=number_of,
            restated=restated,
            evidence=[one.evidence for one in abouts],
            today=by.recorded.on,
            new_id=uuid7(),
        )


def _steps(w: Words, late: Sequence[Action]) -> str:
    return ", ".join(w(f"action_{one}").lower() for one in late)


def _home(unit: str, days: Mapping[str, object]) -> str:
    """Return the address of the page of a unit, or of what is above units."""
    if units.is_unit(unit):
        return address(f"/console/units/{unit}", **days)
    return address("/console", unit=unit, **days)
