"""A closed case is opened again, where the department's law knows that. Pure."""

from datetime import date

from shared.casework.commands import Reason
from shared.casework.deadline import Course, due_after
from shared.casework.held import CaseStep, Department, Held, next_step, not_cancelled
from shared.events.cases import CaseReopened, CaseReopenedData, Sorting, Status
from shared.events.envelope import Event
from shared.frozen import Closed
from shared.recorded import Recorded, not_after
from shared.refusal import Refused


class ReopenCase(Closed):
    """Open a closed case again. The days on which it was closed do not count in its time."""

    reopened_on: date | None = None
    reason: Reason


def reopen(department: Department, held: Held, command: ReopenCase, recorded: Recorded) -> Event:
    """Open a closed case again: as if it had not been closed, but for the days of that.

    A petition that was sorted out is to be sorted anew; one that was accepted stays so.
    """
    not_cancelled(held)
    case, day = held.case, command.reopened_on or recorded.on
    if case.closed_on is None:
        raise Refused("case_open", status=409)
    not_after("reopened_on", day, recorded)
    if day < case.closed_on:
        raise Refused("before_closing", "reopened_on", closed_on=case.closed_on)
    after = held.course + Course(ended_on=(case.closed_on,), reopened_on=(day,))
    version = department.version(case.procedure, case.received_on)
    open_again = {
        "status": Status.OPEN,
        "closed_on": None,
        "outcome": None,
        "sorting": case.sorting if case.sorting is Sorting.ACCEPTED else None,
        "due_on": due_after(version, case, held.course, after),
    }
    data = CaseReopenedData(case=case.model_copy(update=open_again), ended_on=case.closed_on)
    return next_step(department, held, CaseReopened, data, day, recorded)


REOPENING = CaseStep(
    name="reopening", command=ReopenCase, decide=reopen, summary="Open a closed case again"
)
