"""What one version of a case, visit or schedule adds to the tallies. Pure.

The measures, and the day on which each counts:

received   +1 on the day of receipt                  procedure, channel, neighbourhood
closed     +1 on the day of the act                  procedure, channel, status, timeliness,
                                                     outcome, sorting, neighbourhood
received_for_others
           +1 on the day of receipt, for the unit
           whose desk took in a case of another      procedure, channel
overdue    +1 on the day after the due day, if then
           still open and its clock not standing;
           -1 on the day it is closed                procedure
inspected  +1 on the day of an inspection            finding
fined      the fine in đồng, on its day
visitors   people received, on the day of the visit
schedule   +1 on the day from which it holds         weekday

How many cases are open on a day is all received minus all closed up to it; how many of them are
overdue is the sum of `overdue` up to it. Returns, entries and lineages count as nothing: see
statements.py.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.events.cases import Case, CaseData, Status, timeliness
from shared.events.envelope import Event
from shared.events.lineage import LineageData
from shared.events.permits import InspectionData
from shared.events.petitions import ReceptionScheduleData, VisitData
from shared.events.returns import EntryData, ReturnData

type Dimensions = tuple[tuple[str, str], ...]
"""Names and values, sorted by name: the same dimensions are always equal."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a tally counts: a measure, narrowed by its dimensions."""

    measure: str
    dimensions: Dimensions


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one version of one subject adds to one tally of one unit on one day."""

    unit: str
    series: Series
    occurred_on: date
    amount: int


def contributions(event: Event) -> tuple[Contribution, ...]:
    """Return what the subject counts as after `event`; a cancelled one counts as nothing."""
    for payload, count in _BY_PAYLOAD.items():
        if isinstance(event.data, payload):
            return tuple(count(event.data))
    message = f"no fold for {event.type}"
    raise NotImplementedError(message)


def count_case(case: Case) -> Iterator[Contribution]:
    """Return what a case counts as. Which day each counts on does not hang on what day that is."""
    if case.status is Status.CANCELLED:
        return
    channel, procedure = ("channel", case.channel.value), ("procedure", case.procedure)
    there = () if case.neighbourhood is None else (("neighbourhood", case.neighbourhood),)
    yield _add(case, Series("received", (channel, *there, procedure)), case.received_on)
    if case.received_by is not None:
        series = Series("received_for_others", (channel, procedure))
        yield Contribution(case.received_by, series, case.received_on, 1)
    overdue = not case.waits_in_time and (case.closed_on is None or case.closed_on > case.due_on)
    if overdue:
        yield _add(case, Series("overdue", (procedure,)), case.overdue_from)
    if case.closed_on is None:
        return
    if overdue:
        yield _add(case, Series("overdue", (procedure,)), case.closed_on, -1)
    dimensions = [channel, procedure, *there, ("status", case.status.value)]
    if case.outcome is not None:
        dimensions.append(("outcome", case.outcome.value))
    if case.sorting is not None:
        dimensions.append(("sorting", case.sorting.value))
    if case.status is Status.RESOLVED:
        dimensions.append(("timeliness", timeliness(case.due_on, case.closed_on)))
    yield _add(case, Series("closed", tuple(sorted(dimensions))), case.closed_on)


def _case(data: CaseData) -> Iterator[Contribution]:
    return count_case(data.case)


def _add(case: Case, series: Series, on: date, amount: int = 1) -> Contribution:
    return Contribution(case.unit, series, on, amount)


def _visit(data: VisitData) -> Iterator[Contribution]:
    visit = data.visit
    if not visit.cancelled:
        yield Contribution(visit.unit, Series("visitors", ()), visit.visited_on, visit.visitors)


def _inspection(data: InspectionData) -> Iterator[Contribution]:
    told = data.inspection
    if told.cancelled:
        return
    series = Series("inspected", (("finding", told.finding.value),))
    yield Contribution(told.unit, series, told.inspected_on, 1)
    if told.fine is not None and told.fined_on is not None:
        yield Contribution(told.unit, Series("fined", ()), told.fined_on, told.fine)


def _schedule(data: ReceptionScheduleData) -> Iterator[Contribution]:
    schedule = data.schedule
    series = Series("schedule", (("weekday", schedule.weekday.value),))
    yield Contribution(schedule.unit, series, schedule.from_day, 1)


def _statement(_: ReturnData | EntryData | LineageData) -> Iterator[Contribution]:
    return iter(())


_BY_PAYLOAD: Mapping[type, Callable[..., Iterator[Contribution]]] = {
    CaseData: _case,
    InspectionData: _inspection,
    VisitData: _visit,
    ReceptionScheduleData: _schedule,
    ReturnData: _statement,
    EntryData: _statement,
    LineageData: _statement,
}
