"""What a clerk asks about cases: the list, the history of one, its personal data."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from shared import units
from shared.access import answering, asking
from shared.casework import answer, deadline, store
from shared.casework.answer import CaseAnswer
from shared.casework.deadline import Reason
from shared.casework.held import Department, Held
from shared.casework.search import Search, by_code, find
from shared.database import Pool
from shared.desk import Desk
from shared.events.cases import Status
from shared.frozen import Closed, Day
from shared.history import History, history_of, steps_in
from shared.language import Language
from shared.parameters import known_parameters
from shared.problems import language_of
from shared.readings import PerhapsReader, PersonalDataReader
from shared.refusal import Refused
from shared.sentences import sentence

_UNIT = r"^((2004|2025)-)?[0-9]{5}$"


class WhyStep(Closed):
    """One step on the way to a due day, in words."""

    day: date
    text: str


class Why(Closed):
    """Why a case is due on its day: the law of its procedure, and the way step by step."""

    due_on: date
    basis: str
    steps: list[WhyStep]


class FoundCase(CaseAnswer):
    """A case that was found, and whether it is overdue today."""

    overdue: bool


class FoundCases(Closed):
    """Some cases, and the address of the next ones, None where there are no more."""

    cases: list[FoundCase]
    next: str | None


class Said(Closed):
    """What was said, as the reason of a step; of one before the history was kept it is not told."""

    step: str | None
    reason: str


class Particulars(Closed):
    """What is personal about a case, or may be: it is in no event."""

    id: UUID
    applicant: str | None
    particulars: Mapping[str, Any]
    reasons: list[Said]


def add_questions(routes: APIRouter, department: Department, desk: Desk, pool: Pool) -> None:
    """Add the routes of the questions about cases of `department`."""
    known = [Depends(known_parameters)]

    async def asked_for(case_id: UUID, request: Request) -> Held:
        """Return a case. Refuses one of a unit, and taken in by a desk, that are others'."""
        async with pool.acquire() as conn:
            held = await store.read(conn, case_id)
        answering(request, held.case.unit, held.case.received_by, field="id")
        return held

    @routes.get(
        "", summary="Find cases: open ones overdue first, others newest first", dependencies=known
    )
    async def search(  # noqa: PLR0913 - the parameters of its address
        request: Request,
        *,
        code: Annotated[str | None, Query(max_length=40, description="its code, or its id")] = None,
        unit: Annotated[str | None, Query(pattern=_UNIT, examples=["10525"])] = None,
        procedure: Annotated[str | None, Query(max_length=64)] = None,
        status: Status | None = None,
        received_from: Day | None = None,
        received_to: Day | None = None,
        due_from: Day | None = None,
        due_to: Day | None = None,
        overdue: Annotated[bool, Query(description="only those that are overdue today")] = False,
        after: Annotated[str | None, Query(max_length=60, description="as in `next`")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> FoundCases:
        wanted = Search(
            ids=None if code is None else by_code(code),
            units=_units(request, unit),
            procedure=None if procedure is None else department.procedure(procedure).code,
            status=status,
            received_from=received_from,
            received_to=received_to,
            due_from=due_from,
            due_to=due_to,
            overdue_on=desk.today if overdue else None,
        )
        async with pool.acquire() as conn:
            found = await find(conn, wanted, after, limit + 1)
        page = found[:limit]
        more = len(found) > limit
        following = request.url.include_query_params(after=wanted.place(page[-1])) if more else None
        return FoundCases(
            cases=[
                FoundCase(**vars(answer.told(one)), overdue=one.case.is_overdue(desk.today))
                for one in page
            ],
            next=f"{following.path}?{following.query}" if following else None,
        )

    @routes.get("/{id}", summary="Read a case")
    async def read(id: UUID, request: Request) -> CaseAnswer:  # noqa: A002 - the name in the address
        return answer.told(await asked_for(id, request))

    @routes.get("/{id}/why", summary="Why a case is due on its day")
    async def why(id: UUID, request: Request) -> Why:  # noqa: A002 - the name in the address
        held = await asked_for(id, request)
        version = department.version(held.case.procedure, held.case.received_on)
        language = language_of(request.headers.get("accept-language"))
        more = department.reasons(version, held, desk.today)
        steps = deadline.why(version, held.case, held.course, desk.today, more)
        return Why(
            due_on=held.case.due_on,
            basis=version.basis,
            steps=[WhyStep(day=one.day, text=_sentence(one, language)) for one in steps],
        )

    @routes.get(
        "/{id}/history", summary="Every step of a case: when, who, what changed", dependencies=known
    )
    async def history(
        id: UUID,  # noqa: A002 - the name in the address
        reader: PerhapsReader,
        request: Request,
    ) -> History:
        held = await asked_for(id, request)
        async with pool.acquire() as conn, conn.transaction():
            return await history_of(conn, "case", id, held.sequence, held.case.unit, reader)

    @routes.get(
        "/{id}/particulars",
        summary="What is personal about a case; each reading is kept",
        dependencies=known,
    )
    async def particulars(
        id: UUID,  # noqa: A002 - the name in the address
        by: PersonalDataReader,
    ) -> Particulars:
        async with pool.acquire() as conn, conn.transaction():
            held = await store.read(conn, id)
            applicant, last = await store.personal_of(conn, id)
            reasons = [
                Said(step=one.id, reason=one.reason)
                for one in await steps_in(conn, id, held.sequence)
                if one.reason is not None
            ]
            if last not in {None, *(one.reason for one in reasons)}:
                reasons.append(Said(step=None, reason=last))
            fields = ["applicant", *(f"particulars.{one}" for one in held.particulars), "reasons"]
            await by.note(conn, "case", id, held.case.unit, fields)
        return Particulars(
            id=id, applicant=applicant, particulars=held.particulars, reasons=reasons
        )


def _units(request: Request, code_or_id: str | None) -> Sequence[str] | None:
    """Return the units in which is looked: those asked for, else all that who asks answers for.

    A code is of both lists. None is every unit of the country.
    """
    person = asking(request)
    if code_or_id is None:
        own = units.answered_for(person.unit)
        return None if person.unit == units.COUNTRY else sorted(own)
    asked = [code_or_id] if "-" in code_or_id else [f"2004-{code_or_id}", f"2025-{code_or_id}"]
    known = [one for one in asked if units.exists(one)]
    found = [one for one in known if person.answers_for(one)]
    if known and not found:
        raise Refused("other_unit", "unit", status=403, unit=person.unit)
    return found


def _sentence(reason: Reason, language: Language) -> str:
    """Say a step in words, its days as people write them."""
    values = reason.values
    if language == "en":
        values = {
            name: value.strftime("%d %B %Y") if isinstance(value, date) else value
            for name, value in values.items()
        }
    return sentence(reason.rule, language, values)
