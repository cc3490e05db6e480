"""What a kept report would say otherwise now, and which events each change hangs on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import pytest

from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from services.reporting.issuing.causes import (
    Later,
    Move,
    Moves,
    borders,
    causes,
    dimensions_of,
    standing_for,
)
from services.reporting.issuing.kept import KeptReport, kept
from services.reporting.issuing.restatement import Restated, changed, restated
from services.reporting.report import PERIODIC, TERM, build, load, to_json
from services.reporting.report.keys import figure_key
from services.reporting.report.spans import spans_of
from services.reporting.statements import Line, Statement
from services.reporting.sums import Series, Sums
from services.reporting.tally_reader import Tallies
from shared.periods import PERIOD_KINDS
from tests.support.fixed_figures import HEADING, TERM_PERIOD

OUTLINE = load(TERM)
FIGURES = partial(TallyFigures, TERM_PERIOD)

BIRTH = {"procedure": "registry.birth", "department": "registry", "field": "civil_status"}
COPY = {"procedure": "registry.copy", "department": "registry", "field": "certification"}
ON_TIME = {"channel": "online", "status": "resolved", "timeliness": "on_time"}
LATE = {"channel": "online", "status": "resolved", "timeliness": "late"}
BEFORE = TERM_PERIOD.start - timedelta(1)


@dataclass(frozen=True, slots=True)
class Row:
    """A series and what it amounts to: within the period, before it; or set on a day."""

    measure: str
    dimensions: Mapping[str, str]
    within: int
    before: int = 0
    day: date = TERM_PERIOD.start


def tallies(*rows: Row, statements: Sequence[Statement] = ()) -> Tallies:
    cells = [
        (place, day, amount)
        for place, row in enumerate(rows)
        for day, amount in ((row.day, row.within), (BEFORE, row.before))
        if amount
    ]
    told = np.array([(p, d.toordinal(), n) for p, d, n in cells], np.int64).reshape(-1, 3)
    series = [Series(row.measure, row.dimensions) for row in rows]
    sums = Sums(series, told[:, 0], told[:, 1], told[:, 2], HEADING.as_of)
    return Tallies(sums, statements)


def moves(*moved: tuple[Row, int], day: date | None = None) -> Moves:
    """Return what an event moved that moved the series of these rows by so much."""
    return frozenset(
        Move((row.measure, dimensions_of(row.dimensions)), day or row.day, amount)
        for row, amount in moved
    )


RECEIVED = Row("received", BIRTH | {"channel": "online"}, 1000)
RESOLVED = Row("closed", BIRTH | ON_TIME, 990)
RESOLVED_LATE = Row("closed", BIRTH | LATE, 10)
COPIES = Row("received", COPY | {"channel": "online"}, 7)
TUESDAY = Row("schedule", {"weekday": "tuesday"}, 1)
OLD = tallies(RECEIVED, RESOLVED, RESOLVED_LATE, COPIES, TUESDAY)


def report(of: Tallies) -> KeptReport:
    drawn = build(OUTLINE, HEADING, FIGURES(of))
    return kept(to_json(drawn))


def compared(
    new: Tallies,
    moved: Mapping[Moves, Sequence[str]],
    stated: Mapping[str, Sequence[str]] | None = None,
    old: Tallies = OLD,
) -> Mapping[str, Restated]:
    """Return what is restated, by the keys of the figures."""
    before, after = report(old), report(new)
    events = causes(changed(before, after), Later(moved, stated or {}), new, FIGURES)
    return {one.figure: one for one in restated(before, after, events)}


def test_nothing_is_restated_where_nothing_changed() -> None:
    assert compared(OLD, {moves((RECEIVED, 1)): ["e1"]}) == {}


def test_a_figure_names_the_events_that_it_hangs_on_and_no_others() -> None:
    """One act became late, and one copy more was received: the figures of each name its own."""
    new = tallies(
        RECEIVED,
        replace(RESOLVED, within=989),
        replace(RESOLVED_LATE, within=11),
        replace(COPIES, within=8),
        TUESDAY,
    )
    late_now = moves((RESOLVED, -1), (RESOLVED_LATE, 1))

    found = compared(new, {late_now: ["e1"], moves((COPIES, 1)): ["e2"]})

    late = found["registry.applications_by_timeliness?timeliness=late"]
    assert (late.old and late.old.value, late.new.value, late.events) == (10, 11, ("e1",))
    received = found["registry.applications_received"]
    assert (received.old and received.old.display, received.new.display) == ("1.007", "1.008")
    assert received.events == ("e2",)
    both = found["registry.applications_received + registry.applications_carried_over"]
    assert both.events == ("e2",)
    assert found["registry.applications_open"].events == ("e2",)
    assert "registry.applications_resolved" not in found


def test_a_rate_names_events_of_which_each_alone_is_rounded_away() -> None:
    """991 of 1.001 is 99% as 990 of 1.000 is; 1.000 of 1.010 is 99,01%."""
    ten = [f"e{number}" for number in range(10)]
    more = replace(RECEIVED, within=1010), replace(RESOLVED, within=1000)
    new = tallies(*more, RESOLVED_LATE, COPIES, TUESDAY)

    found = compared(new, {moves((RECEIVED, 1)): ["other"], moves((RESOLVED, 1)): ten})

    share = found["registry.resolved_on_time_share"]
    assert (share.old and share.old.display, share.new.display) == ("99%", "99,01%")
    assert list(share.events) == ten


def test_what_came_before_the_period_is_a_cause_of_what_was_carried_over_only() -> None:
    earlier = replace(RECEIVED, before=1)
    new = tallies(earlier, RESOLVED, RESOLVED_LATE, COPIES, TUESDAY)

    found = compared(new, {moves((earlier, 1), day=BEFORE): ["e1"]})

    assert found["registry.applications_carried_over"].events == ("e1",)
    assert found["registry.applications_open"].events == ("e1",)
    assert "registry.applications_received" not in found


def test_a_figure_of_other_days_names_what_came_on_those() -> None:
    """A periodic report tells of the same days a year before, and of the year so far."""
    quarter = PERIOD_KINDS["statutory_quarter"].period(2023, 2)
    about = HEADING.model_copy(update={"period": quarter})
    figures = partial(TallyFigures, quarter)
    plan = load(PERIODIC)
    births = Row("closed", BIRTH | ON_TIME, 10, day=quarter.start)
    days = {"before": date(2022, 5, 2), "so far": date(2023, 2, 1), "now": date(2023, 4, 30)}
    rows = [replace(births, within=1, day=day) for day in days.values()]
    old, new = (build(plan, about, figures(tallies(births, *more))) for more in ([], rows))
    between = borders([one.period for one in new.figures.values()], about.as_of)
    series = "closed", dimensions_of(births.dimensions)
    moved = {
        moves((births, 1), day=standing_for(series, day, between)): [name]
        for name, day in days.items()
    }

    before, after = kept(to_json(old)), kept(to_json(new))
    found = causes(changed(before, after), Later(moved, {}), tallies(births, *rows), figures)

    key = "registry.births_registered"
    told = {
        "now": found[key],
        "year before": found[figure_key(key, {}, spans_of(quarter)["year_before"])],
        "year so far": found[figure_key(key, {}, spans_of(quarter)["year_to_date"])],
    }
    assert told == {
        "now": ("now",),
        "year before": ("before",),
        "year so far": ("so far", "now"),
    }


@pytest.mark.parametrize(
    ("day", "stands_for"),
    [
        (date(2019, 1, 1), date(2020, 12, 31)),
        (date(2021, 1, 1), date(2021, 1, 1)),
        (date(2021, 5, 31), date(2021, 1, 1)),
        (date(2021, 6, 1), date(2021, 6, 1)),
        (date(2021, 12, 31), date(2021, 6, 1)),
        (date(2022, 1, 1), date(2022, 1, 1)),
        (date(2023, 12, 1), date(2023, 12, 1)),
        (date(2023, 12, 6), date(2023, 12, 6)),
    ],
)
def test_a_day_stands_for_those_that_count_alike(day: date, stands_for: date) -> None:
    """A year is another figure than the term in which it lies."""
    year = Period(start=date(2021, 1, 1), end=date(2021, 12, 31))
    between = borders([TERM_PERIOD, year], HEADING.as_of)

    assert standing_for(("closed", frozenset()), day, between) == stands_for
    assert standing_for(("schedule", frozenset()), day, between) == day


def test_a_rate_of_nothing_that_begins_names_what_began_it() -> None:
    ten = [f"e{number}" for number in range(10)]

    found = compared(
        tallies(RECEIVED, RESOLVED_LATE),
        {moves((RESOLVED_LATE, 1)): ten},
        old=tallies(RECEIVED),
    )

    share = found["registry.resolved_on_time_share"]
    assert share.old
    assert (share.old.absence, share.new.display) == ("not_applicable", "0%")
    assert list(share.events) == ten


def test_a_text_names_the_setting_that_changed_it() -> None:
    friday = Row("schedule", {"weekday": "friday"}, 1, day=TERM_PERIOD.end)
    new = tallies(RECEIVED, RESOLVED, RESOLVED_LATE, COPIES, TUESDAY, friday)

    found = compared(new, {moves((friday, 1)): ["e9"]})

    assert found.keys() == {"petitions.reception_day"}
    day = found["petitions.reception_day"]
    assert (day.old and day.old.value, day.new.value, day.events) == ("tuesday", "friday", ("e9",))


def test_a_declared_figure_names_the_return_that_told_it_anew() -> None:
    rows = RECEIVED, RESOLVED, RESOLVED_LATE, COPIES, TUESDAY
    old = tallies(*rows, statements=[revenue(6_045, 1)])
    new = tallies(*rows, statements=[revenue(6_046, 2)])

    found = compared(new, {}, {RETURN: ["e5"]}, old)
    unknown = compared(new, {}, {"another": ["e5"]}, old)

    one = found["budget.revenue_actual?year=2023"]
    assert one.old
    assert (one.old.value, one.new.value, one.events) == (6_045, 6_046, ("e5",))
    assert unknown["budget.revenue_actual?year=2023"].events == ()


RETURN = "0189b4c1-0000-7000-8000-000000000001"


def revenue(amount: int, sequence: int) -> Statement:
    return Statement(
        subject=RETURN,
        sequence=sequence,
        kind="return",
        code="budget",
        period=Period(start=date(2023, 1, 1), end=TERM_PERIOD.end),
        status="accepted",
        delivered_on=TERM_PERIOD.end,
        recorded_on=TERM_PERIOD.end,
        lines=(Line("budget.revenue_actual", amount=amount),),
    )


def test_a_report_is_read_by_later_software() -> None:
    """Fields that are not known, and figures that have more to say, are read over."""
    content = json.loads(to_json(build(OUTLINE, HEADING, FIGURES(OLD))))
    content["more"] = 1
    for figure in content["figures"].values():
        figure["qualifier"] = "about"
        del figure["kind"], figure["period"]

    assert kept(json.dumps(content).encode()).figures == report(OLD).figures
