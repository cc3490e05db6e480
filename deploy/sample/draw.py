"""Draws the cases of one procedure so that their counts come out exactly; chance has the days."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from deploy.sample.figures import Figures, Work
from deploy.sample.working_days import WorkingDays
from shared.events.cases import Case, Channel, Status

_ONLINE_GROWTH = 0.6
"""How strongly online receipt is drawn to the period's end; 0 spreads it evenly."""

_DAYS_BETWEEN = 12
"""Working days, at most, between a case's end and the receipt of the one that follows it."""

_DAYS_LATE = 10
"""Working days, at most, by which a case is closed too late."""


class _Ending(StrEnum):
    """What becomes of a case within the period."""

    OPEN = "open"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"
    ON_TIME = "on_time"
    LATE = "late"
    EARLY = "early"


_STATUS = {
    _Ending.OPEN: Status.OPEN,
    _Ending.OVERDUE: Status.OPEN,
    _Ending.WITHDRAWN: Status.WITHDRAWN,
}
"""Of a case by its ending; of others it is resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Draws cases as they truly were; how they were recorded is the clerk's matter (steps.py)."""

    figures: Figures
    rng: random.Random
    days: WorkingDays

    def cases(self, work: Work, before: Sequence[Case]) -> list[Case]:
        """Return the cases of `work`; those that follow others come one after each of `before`."""
        endings = self._endings(work)
        received = self._received(work, before)
        channels = self._channels(received, work.online)
        return [self._case(work, *told) for told in zip(endings, received, channels, strict=True)]

    @staticmethod
    def _endings(work: Work) -> list[_Ending]:
        """Return how each case ends: open ones first, then those that are or were late."""
        exceptions = [
            *[_Ending.OPEN] * work.open,
            *[_Ending.OVERDUE] * work.overdue,
            *[_Ending.LATE] * work.late,
            *[_Ending.WITHDRAWN] * work.withdrawn,
            *[_Ending.ON_TIME] * work.on_time,
        ]
        return exceptions + [_Ending.EARLY] * (work.received - len(exceptions))

    def _received(self, work: Work, before: Sequence[Case]) -> list[date]:
        """Draw days of receipt: the open ones due after the period, all others due within it.

        What is to be late is due so long before its end that it can be closed too late within it.
        """
        if work.follows:
            ends = (case.closed_on for case in before if case.status is Status.RESOLVED)
            return [self.days.after(end, self.rng.randint(1, _DAYS_BETWEEN)) for end in ends if end]
        still_open = self.days.period[-work.working_days :]
        others = self.days.period[: -work.working_days - work.room]
        late = work.overdue + work.late
        return [
            *self.rng.choices(still_open, k=work.open),
            *(self.rng.choices(others[: -_DAYS_LATE - 1], k=late) if late else ()),
            *self.rng.choices(others, k=work.received - work.open - late),
        ]

    def _channels(self, received: Sequence[date], online: int) -> list[Channel]:
        """Choose which cases came online: rather the later ones, as people grew used to it."""
        start = self.figures.start
        span = (self.figures.end - start).days
        lot = [self.rng.random() + _ONLINE_GROWTH * (day - start).days / span for day in received]
        chosen = set(sorted(range(len(lot)), key=lot.__getitem__, reverse=True)[:online])
        return [
            Channel.ONLINE if number in chosen else Channel.IN_PERSON for number in range(len(lot))
        ]

    def _case(self, work: Work, ending: _Ending, received_on: date, channel: Channel) -> Case:
        status = _STATUS.get(ending, Status.RESOLVED)
        due_on = self.days.after(received_on, work.working_days)
        took = self.rng.randrange(work.working_days // 2, work.working_days)
        closed_on = self.days.after(received_on, took)
        if ending is _Ending.ON_TIME:
            closed_on = due_on
        if ending is _Ending.LATE:
            closed_on = self.days.after(due_on, self.rng.randint(1, _DAYS_LATE))
        return Case(
            unit=self.figures.unit,
            procedure=work.procedure,
            channel=channel,
            received_on=received_on,
            due_on=due_on,
            status=status,
            closed_on=None if status is Status.OPEN else closed_on,
        )
