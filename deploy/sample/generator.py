"""Makes the sample: every case, visit, schedule and return, as the commands that tell of them.

Pure: the same seed gives the same steps. The clock is never read, and nothing else is random.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.sample.draw import Draw
from deploy.sample.figures import Figures, Work, read_figures
from deploy.sample.filings import filings
from deploy.sample.steps import Clerk, Step, Subject
from deploy.sample.working_days import WorkingDays
from shared.events.cases import Case, Channel, Status
from shared.events.petitions import Weekday
from shared.procedures import PROCEDURES

_ROOM_FOR_MISTAKES = 30
"""Working days before the period's end without a wrong recording: corrections take time."""

_ROOM_FOR_A_MEDIATION = 45
_MEDIATION = "petitions.mediation"


def generate(seed: int = 1) -> list[Subject]:
    """Return every subject of the sample, in the order of their first recording days."""
    figures, prefix = read_figures(), f"sample-{seed}"
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    days = WorkingDays(figures.start, figures.end)
    return in_order([*work_of(figures, rng, days, prefix), *filings(figures.unit, days, prefix)])


def in_order(subjects: Iterable[Subject]) -> list[Subject]:
    """Return subjects in the order of their first recording days, so that history grows."""
    return sorted(subjects, key=lambda subject: subject.steps[0].recorded_on)


def work_of(
    figures: Figures, rng: random.Random, days: WorkingDays, prefix: str
) -> Iterator[Subject]:
    """Yield the cases, mediations and reception that `figures` tell, with keys under `prefix`."""
    sample = _Sample(
        figures=figures,
        rng=rng,
        days=days,
        clerk=Clerk(rng=rng, days=days),
        draw=Draw(figures=figures, rng=rng, days=days),
        prefix=prefix,
    )
    yield from sample.work()
    yield from sample.mediations()
    yield from sample.reception()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    figures: Figures
    rng: random.Random
    days: WorkingDays
    clerk: Clerk
    draw: Draw
    prefix: str

    def work(self) -> Iterator[Subject]:
        """Yield the cases of the registry and of permits."""
        drawn: dict[str | None, Sequence[Case]] = {}
        for work in self.figures.work:
            drawn[work.procedure] = self.draw.cases(work, drawn.get(work.follows, ()))
            yield from self._recorded(work, drawn[work.procedure])

    def _recorded(self, work: Work, cases: Sequence[Case]) -> Iterator[Subject]:
        """Record the cases, a few of those resolved early first wrongly or a second time."""
        last = self.days.period[-_ROOM_FOR_MISTAKES]
        plain = [
            number
            for number, case in enumerate(cases)
            if case.status is Status.RESOLVED and (case.closed_on or last) < case.due_on < last
        ]
        wrong = dict(zip(plain, work.wrong, strict=False))
        for number, case in enumerate(cases):
            yield self.clerk.case(self._name(work.procedure, number), case, wrong.get(number))
        for number, again in enumerate(plain[len(wrong) :][: work.entered_twice], len(cases)):
            yield self.clerk.entered_twice(self._name(work.procedure, number), cases[again])

    def mediations(self) -> Iterator[Subject]:
        """Yield the mediations, all concluded; their deadline is in calendar days."""
        petitions = self.figures.petitions
        room = petitions.mediation_days or _ROOM_FOR_A_MEDIATION
        for number, outcome in enumerate(petitions.mediations):
            received_on = self.rng.choice(self.days.period[:-room])
            days = petitions.mediation_days or _lawful_days(_MEDIATION, received_on)
            case = Case(
                unit=self.figures.unit,
                procedure=_MEDIATION,
                channel=Channel.IN_PERSON,
                received_on=received_on,
                due_on=received_on + timedelta(days=days),
                status=Status.RESOLVED,
                closed_on=self.days.after(received_on, self.rng.randint(8, 24)),
                outcome=outcome,
            )
            yield self.clerk.case(self._name(case.procedure, number), case)

    def reception(self) -> Iterator[Subject]:
        """Yield the weekly reception day, and the visits on some of those days."""
        unit, start, petitions = self.figures.unit, self.figures.start, self.figures.petitions
        body = {"unit": unit, "weekday": petitions.reception_day, "from_day": start.isoformat()}
        yield self._single("petitions", "reception-schedules", 0, body, start)
        weekday = list(Weekday).index(petitions.reception_day)
        receptions = [day for day in self.days.period if day.weekday() == weekday]
        chosen = sorted(self.rng.sample(receptions, len(petitions.visits)))
        for number, (day, visitors) in enumerate(zip(chosen, petitions.visits, strict=True)):
            visit = {"unit": unit, "visited_on": day.isoformat(), "visitors": visitors}
            yield self._single("petitions", "visits", number, visit, day)

    def _single(
        self, service: str, path: str, number: int, body: Mapping[str, object], day: date
    ) -> Subject:
        key = f"{self._name(f'{service}.{path}', number)}/1"
        step = Step(path=f"/{path}", body=body, recorded_on=day, key=key)
        return Subject(service=service, steps=(step,))

    def _name(self, kind: str, number: int) -> str:
        return f"{self.prefix}/{kind}/{number + 1:05}"


def _lawful_days(procedure: str, received_on: date) -> int:
    """Return how many days the law in force on the day of receipt gives a case."""
    version = PROCEDURES[procedure].version_on(received_on)
    assert version is not None
    return version.processing.days
