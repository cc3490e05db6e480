"""Who owes which form, since when, and how late it came: obligations against steps. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from pydantic import BaseModel

from services.returns import lines
from services.returns.model import return_id
from services.returns.steps import Step
from shared.clock import ward_day
from shared.events.returns import ReturnStatus
from shared.obligations import Obligation


class State(StrEnum):
    """Where an obligation stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"


class Owed(BaseModel):
    """One obligation on a day.

    `since` is the day from which on it stands so. It is late by `days_late` if it was delivered
    then, or is not delivered yet; what was sent back was not delivered. `left_out` are required
    lines that what was delivered does not have.
    """

    return_id: UUID
    department: str
    form: str
    label: str
    period_start: date
    period_end: date
    due_on: date | None
    state: State
    since: date
    days_late: int
    left_out: list[str]

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to do anything for it any more."""
        return self.state is State.ACCEPTED and not self.left_out


def stand(
    unit: str, obligations: Iterable[Obligation], taken: Sequence[Step], on: date
) -> list[Owed]:
    """Return how the obligations of a unit stand on a day, by the steps taken until then.

    `taken` are the steps of each return together, in their order.
    """
    returns = [list(steps) for _, steps in groupby(taken, key=lambda step: step.id)]
    return [_one(unit, obligation, returns, on) for obligation in obligations]


def _one(unit: str, owed: Obligation, returns: Sequence[Sequence[Step]], on: date) -> Owed:
    form, start, end = owed.form, owed.period.start, owed.period.end
    steps = next((each for each in returns if _meets(each[-1], owed)), None)
    delivered_on = _delivered_on(steps) if steps else None
    begun = ward_day(_first_of_state(steps).recorded_at) if steps else owed.since
    return Owed(
        return_id=steps[-1].id if steps else return_id(unit, form.code, start, end),
        department=form.department,
        form=form.code,
        label=form.label,
        period_start=start,
        period_end=end,
        due_on=owed.due_on,
        state=State(steps[-1].status) if steps else State.OPEN,
        since=begun,
        days_late=owed.days_late(delivered_on or on),
        left_out=lines.left_out(form, steps[-1].figures) if steps and delivered_on else [],
    )


def _meets(step: Step, owed: Obligation) -> bool:
    return owed.met_by(step.form, step.period_start, step.period_end)


def _delivered_on(steps: Sequence[Step]) -> date | None:
    """Return the day of the submission that was not sent back, None where there is none.

    For what was accepted without a submission it is the day of the acceptance.
    """
    after = [n for n, step in enumerate(steps, 1) if step.status is ReturnStatus.SENT_BACK]
    delivered = steps[after[-1] if after else 0 :]
    return ward_day(delivered[0].recorded_at) if delivered else None


def _first_of_state(steps: Sequence[Step]) -> Step:
    """Return the step with which the present state began: corrections do not begin it anew."""
    first = len(steps) - 1
    while first and steps[first - 1].status == steps[-1].status:
        first -= 1
    return steps[first]
