"""Draws the cases of one procedure so that their counts come out exactly; chance has the days."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from deploy.sample.figures import Figures, Work
from deploy.sample.working_days import WorkingDays
from shared.events.cases import Case, Channel, Status

_ONLINE_GROWTH = 0.6
"""How strongly online receipt is drawn to the period's end; 0 spreads it evenly."""

_DAYS_BETWEEN = 12
"""Working days, at most, between a case's end and the receipt of the one that follows it."""


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
    def _endings(work: Work) -> list[tuple[Status, bool]]:
        """Return each case's status, and whether it was closed on its due day; open ones first."""
        exceptions = [
            *[(Status.OPEN, False)] * work.open,
            *[(Status.WITHDRAWN, False)] * work.withdrawn,
            *[(Status.RESOLVED, True)] * work.on_time,
        ]
        early = [(Status.RESOLVED, False)] * (work.received - len(exceptions))
        return exceptions + early

    def _received(self, work: Work, before: Sequence[Case]) -> list[date]:
        """Draw days of receipt: the open ones due after the period, all others due within it."""
        if work.follows:
            ends = (case.closed_on for case in before if case.closed_on is not None)
            return [self.days.after(end, self.rng.randint(1, _DAYS_BETWEEN)) for end in ends]
        still_open = self.days.period[-work.working_days :]
        others = self.days.period[: -work.working_days - work.room]
        return [
            *self.rng.choices(still_open, k=work.open),
            *self.rng.choices(others, k=work.received - work.open),
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

    def _case(
        self, work: Work, ending: tuple[Status, bool], received_on: date, channel: Channel
    ) -> Case:
        status, on_time = ending
        due_on = self.days.after(received_on, work.working_days)
        took = self.rng.randrange(work.working_days // 2, work.working_days)
        closed_on = due_on if on_time else self.days.after(received_on, took)
        return Case(
            unit=self.figures.unit,
            procedure=work.procedure,
            channel=channel,
            received_on=received_on,
            due_on=due_on,
            status=status,
            closed_on=None if status is Status.OPEN else closed_on,
        )
