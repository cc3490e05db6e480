"""Makes the sample: every case, visit, schedule and return, as the commands that tell of them.

Pure: the same seed gives the same steps. The clock is never read, and nothing else is random.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.sample.draw import Draw
from deploy.sample.figures import Figures, Work, read_figures
from deploy.sample.filings import filings
from deploy.sample.steps import Clerk, Step, Subject
from deploy.sample.working_days import WorkingDays
from shared.events.cases import Case, Channel, Status
from shared.events.petitions import Weekday

_ROOM_FOR_MISTAKES = 30
"""Working days before the period's end without a wrong recording: corrections take time."""


def generate(seed: int = 1) -> list[Subject]:
    """Return every subject of the sample, in the order of their first recording days."""
    figures = read_figures()
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    days = WorkingDays(figures.start, figures.end)
    sample = _Sample(
        figures=figures,
        rng=rng,
        days=days,
        clerk=Clerk(rng=rng, days=days),
        draw=Draw(figures=figures, rng=rng, days=days),
        prefix=f"sample-{seed}",
    )
    subjects = [
        *sample.work(),
        *sample.mediations(),
        *sample.reception(),
        *filings(figures.unit, days, sample.prefix),
    ]
    return sorted(subjects, key=lambda subject: subject.steps[0].recorded_on)


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
            if case.status is Status.RESOLVED
            and case.closed_on != case.due_on
            and case.due_on < last
        ]
        wrong = dict(zip(plain, work.wrong, strict=False))
        for number, case in enumerate(cases):
            yield self.clerk.case(self._name(work.procedure, number), case, wrong.get(number))
        for number, again in enumerate(plain[len(wrong) :][: work.entered_twice], len(cases)):
            yield self.clerk.entered_twice(self._name(work.procedure, number), cases[again])

    def mediations(self) -> Iterator[Subject]:
        """Yield the mediations, all concluded early; their deadline is in calendar days."""
        petitions = self.figures.petitions
        for number, outcome in enumerate(petitions.mediations):
            received_on = self.rng.choice(self.days.period[: -petitions.mediation_days])
            case = Case(
                unit=self.figures.unit,
                procedure="petitions.mediation",
                channel=Channel.IN_PERSON,
                received_on=received_on,
                due_on=received_on + timedelta(days=petitions.mediation_days),
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
