"""Sorting petitions (phân loại, xử lý đơn): accepted, passed on, guided or filed. Pure."""

from collections.abc import Iterator
from datetime import date

from services.petitions.commands import SortPetition
from services.petitions.lists import LISTS
from shared.casework.deadline import Course, Reason, due_after, sort_by
from shared.casework.held import (
    CaseStep,
    Department,
    Held,
    next_step,
    not_before_step,
    running_case,
)
from shared.events.cases import Sorting, Status
from shared.events.envelope import Event
from shared.events.petitions import PetitionSorted, PetitionSortedData
from shared.procedures import ProcedureVersion
from shared.recorded import Recorded, not_after
from shared.refusal import Refused


def sort(department: Department, held: Held, command: SortPetition, recorded: Recorded) -> Event:
    """Sort a petition, once. An accepted one goes on, its time runs from now; others are closed.

    Late sorting is taken in: `why` tells of it.
    """
    case, day = running_case(held), command.sorted_on or recorded.on
    version = department.version(case.procedure, case.received_on)
    if version.sorting is None:
        raise Refused("no_sorting", procedure=case.procedure)
    if case.sorting is not None:
        raise Refused("sorted_already", status=409)
    not_after("sorted_on", day, recorded)
    not_before_step("sorted_on", day, held)
    _check_authority(command)
    if command.decision is Sorting.ACCEPTED:
        after = held.course + Course(accepted_on=day)
        changes: dict[str, object] = {"due_on": due_after(version, case, held.course, after)}
    else:
        changes = {"status": Status.REFUSED, "closed_on": day}
    data = PetitionSortedData(
        case=case.model_copy(update={"sorting": command.decision, **changes}),
        passed_to=command.passed_to,
    )
    return next_step(department, held, PetitionSorted, data, day, recorded)


def _check_authority(command: SortPetition) -> None:
    if command.decision is not Sorting.PASSED_ON:
        if command.passed_to is not None:
            raise Refused("not_passed_on", "passed_to")
        return
    if command.passed_to is None:
        raise Refused("authority_missing", "passed_to")
    if command.passed_to not in LISTS.authorities:
        raise Refused("unknown_authority", "passed_to", known=", ".join(LISTS.authorities))


def reasons(version: ProcedureVersion, held: Held, today: date) -> Iterator[Reason]:
    """Say by when a petition is to be sorted, or whether it was in time."""
    case, course = held.case, held.course
    by = sort_by(version, case.received_on, course)
    if version.sorting is None or by is None:
        return
    told = {"by": by, "basis": version.sorting.basis}
    if case.sorting is not None:
        day = course.accepted_on if case.sorting is Sorting.ACCEPTED else case.closed_on
        assert day is not None
        yield Reason(day, "why_sorted" if day <= by else "why_sorted_late", told)
    elif case.status is Status.OPEN:
        yield Reason(by, "why_sort_by" if today <= by else "why_not_sorted", told)


SORTING = CaseStep(name="sorting", command=SortPetition, decide=sort, summary="Sort a petition")
