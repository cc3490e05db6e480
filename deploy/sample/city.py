"""Makes the sample of a whole city: each unit of a district of 2004, and those that succeeded them.

Pure: each unit is drawn from a seed of its own, so that a run gives the steps, and the keys, of the
run before. What is chosen of it stands in city.toml.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from deploy.sample.city_data import City, CityWork, Span, read_city
from deploy.sample.figures import Figures, Petitions, Work, read_figures
from deploy.sample.filings import return_of
from deploy.sample.generator import generate, in_order, work_of
from deploy.sample.steps import Subject
from deploy.sample.working_days import WorkingDays
from shared import units
from shared.events.cases import Outcome
from shared.events.petitions import Weekday
from shared.forms import FORMS
from shared.obligations import owed


def generate_city() -> list[Subject]:
    """Return every subject of the city, in the order of their first recording days.

    That of the sample ward is among them, with its own keys: where it is loaded, it adds nothing.
    """
    told = [subject for one in _samples() for subject in one.subjects()]
    return in_order([*generate(), *told])


def unit_ids() -> tuple[Sequence[str], Sequence[str]]:
    """Return the units of the district, and those that succeeded them, each in order of codes."""
    old = units.under(read_city().district)
    heirs = {heir.id for one in old for heir in units.successors(units.unit(one))}
    return old, sorted(heirs)


def expected_totals() -> Mapping[str, int]:
    """Return how many cases each unit receives from the first day of the sample to its last.

    Told by what was to be drawn and not by the commands: who counts these again, or the events,
    comes to the same. Copies that were cancelled are none.
    """
    totals = {one.unit: sum(work.received for work in one.figures.work) for one in _samples()}
    for one in _samples():
        totals[one.unit] += len(one.figures.petitions.mediations)
    ward = read_figures()
    totals[ward.unit] += sum(work.received for work in ward.work) + len(ward.petitions.mediations)
    return totals


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnitSample:
    """One unit of the city: what is to be drawn of it, and from which seed."""

    figures: Figures
    seed: str
    size: float

    @property
    def unit(self) -> str:
        return self.figures.unit

    def subjects(self) -> Iterator[Subject]:
        days = WorkingDays(self.figures.start, self.figures.end)
        prefix = f"sample-city-{self.seed}"
        yield from work_of(self.figures, _rng(self.seed, "days"), days, prefix)
        yield from self._budgets(days, f"{prefix}/returns")

    def _budgets(self, days: WorkingDays, name: str) -> Iterator[Subject]:
        """Yield the returns of the budget that were filed; each is of a period that is over."""
        chosen, rng = read_city().budget, _rng(self.seed, "budget")
        start, until = self.figures.start, self.figures.end + timedelta(days=1)
        owing = owed(units.unit(self.unit), start, until, [FORMS[chosen.form]])
        periods = [one.period for one in owing if one.period.start >= start]
        for number, period in enumerate(periods, 1):
            months = (period.end.year - period.start.year) * 12 + period.end.month
            share = (months - period.start.month + 1) / 12
            plan = rng.uniform(*chosen.revenue_plan) * self.size * share
            revenue = plan * rng.uniform(*chosen.revenue)
            told = {
                "budget.revenue_actual": revenue,
                "budget.revenue_plan": plan,
                "budget.expenditure_actual": revenue * rng.uniform(*chosen.expenditure),
            }
            lines = [
                {"indicator": indicator, "value": round(value, -6)}
                for indicator, value in told.items()
            ]
            if rng.random() >= chosen.filed:
                continue
            filed = {"form": chosen.form, "from": period.start, "to": period.end, "lines": lines}
            yield return_of(self.unit, days, f"{name}/{number:05}", filed)


def _samples() -> Iterator[_UnitSample]:
    """Yield the old units, then the new ones: each as large as what it came from."""
    city = read_city()
    old, new = unit_ids()
    sizes = {one: _rng(f"{city.seed}/{one}", "size").uniform(*city.sizes) for one in old}
    for one in old:
        yield _sample(city, one, _span_of(city, one), sizes[one])
    for one in new:
        size = sum(
            sizes[before] / len(heirs)
            for before in old
            if one in (heirs := [heir.id for heir in units.successors(units.unit(before))])
        )
        yield _sample(city, one, city.new, size)


def _span_of(city: City, unit: str) -> Span:
    if unit == city.sample_ward.unit:
        return Span(start=city.sample_ward.start, end=city.old.end)
    return city.old


def _sample(city: City, unit: str, span: Span, size: float) -> _UnitSample:
    seed = f"{city.seed}/{unit}"
    rng = _rng(seed, "figures")
    draw = _Amounts(city, rng, size * span.years, rng.uniform(*city.late))
    work: dict[str | None, Work] = {}
    for one in city.work:
        work[one.procedure] = draw.work(one, work.get(one.follows))
    figures = Figures(
        unit=unit,
        start=span.start,
        end=span.end,
        work=tuple(work.values()),
        petitions=draw.petitions(unit),
    )
    return _UnitSample(figures=figures, seed=seed, size=size)


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Draws how many cases a unit has: for so many years of a unit of size 1, so often late."""

    city: City
    rng: random.Random
    years: float
    late: float

    def work(self, one: CityWork, before: Work | None) -> Work:
        """Return the cases of a procedure; what follows others has no end but that of its own."""
        shares = self.city.shares
        received = max(1, self._some(one.a_year * self.years)) if before is None else _done(before)
        told = {
            "online": self._some(received * shares.online),
            "on_time": self._some(received * shares.on_time),
            "late": self._some(received * shares.late * self.late),
        }
        if before is None:
            told |= {
                "withdrawn": self._some(received * shares.withdrawn),
                "open": self._some(received * shares.open),
                "overdue": self._some(received * shares.overdue * self.late),
            }
        left = received
        for ending in ("open", "overdue", "late", "withdrawn", "on_time"):
            told[ending] = min(told.get(ending, 0), left)
            left -= told[ending]
        same = one.model_dump(exclude={"a_year"})
        return Work.model_validate({**same, "received": received, **told})

    def petitions(self, unit: str) -> Petitions:
        """Return mediations, each reconciled or not, and visits on the unit's own weekday."""
        chosen, ward = self.city.petitions, self.city.sample_ward
        weekday = self.rng.choice(list(Weekday)[:5])
        return Petitions(
            reception_day=ward.reception_day if unit == ward.unit else weekday,
            visits=tuple(
                self.rng.randint(1, chosen.most_visitors)
                for _ in range(self._some(chosen.visits_a_year * self.years))
            ),
            mediations=tuple(
                Outcome.RECONCILED
                if self.rng.random() < chosen.reconciled
                else Outcome.NOT_RECONCILED
                for _ in range(self._some(chosen.mediations_a_year * self.years))
            ),
        )

    def _some(self, mean: float) -> int:
        """Return a number near `mean`, one of the two beside it, so that small shares come too."""
        return int(mean + self.rng.random())


def _done(before: Work) -> int:
    """Return how many cases were resolved, and are followed by one each."""
    return before.received - before.open - before.overdue - before.withdrawn


def _rng(seed: str, what: str) -> random.Random:
    return random.Random(f"{seed}/{what}")  # noqa: S311 - a reproducible draw, not a secret
