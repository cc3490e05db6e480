"""What a kept report would say otherwise now, and which events each change hangs on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from services.reporting.figures import TallyFigures
from services.reporting.issuing.causes import Move, Moves, causes
from services.reporting.issuing.kept import KeptReport, kept
from services.reporting.issuing.restatement import Restated, changed, restated
from services.reporting.report import TERM, build, load, to_json
from services.reporting.tally_reader import Dated, Sum, Tallies
from tests.support.fixed_figures import HEADING, TERM_PERIOD

OUTLINE = load(TERM)
FIGURES = partial(TallyFigures, TERM_PERIOD)

BIRTH = {"procedure": "registry.birth", "department": "registry", "field": "civil_status"}
COPY = {"procedure": "registry.copy", "department": "registry", "field": "certification"}
ON_TIME = {"channel": "online", "status": "resolved", "timeliness": "on_time"}
LATE = {"channel": "online", "status": "resolved", "timeliness": "late"}


def a_sum(measure: str, dimensions: Mapping[str, str], within: int, before: int = 0) -> Sum:
    return Sum(measure, dimensions, within, before, before + within)


def moves(*moved: tuple[Sum | Dated, int], span: Literal["before", "within"] = "within") -> Moves:
    """Return what an event moved that moved the series of these rows by so much."""
    implied = {"department", "field"}
    own = [(one, {k: v for k, v in one.dimensions.items() if k not in implied}) for one, _ in moved]
    return frozenset(
        Move((one.measure, frozenset(dimensions.items())), span, amount)
        for (one, dimensions), (_, amount) in zip(own, moved, strict=True)
    )


RECEIVED = a_sum("received", BIRTH | {"channel": "online"}, 1000)
RESOLVED = a_sum("closed", BIRTH | ON_TIME, 990)
RESOLVED_LATE = a_sum("closed", BIRTH | LATE, 10)
COPIES = a_sum("received", COPY | {"channel": "online"}, 7)
TUESDAY = Dated("schedule", {"weekday": "tuesday"}, TERM_PERIOD.start, 1)
OLD = Tallies([RECEIVED, RESOLVED, RESOLVED_LATE, COPIES], [TUESDAY], {})


def report(tallies: Tallies) -> KeptReport:
    drawn = build(OUTLINE, HEADING, FIGURES(tallies))
    return kept(to_json(drawn))


def compared(new: Tallies, later: Mapping[Moves, Sequence[str]]) -> Mapping[str, Restated]:
    """Return what is restated, by the keys of the figures."""
    before, after = report(OLD), report(new)
    events = causes(changed(before, after), later, new, FIGURES)
    return {one.figure: one for one in restated(before, after, events)}


def test_nothing_is_restated_where_nothing_changed() -> None:
    assert compared(OLD, {moves((RECEIVED, 1)): ["e1"]}) == {}


def test_a_figure_names_the_events_that_it_hangs_on_and_no_others() -> None:
    """One act became late, and one copy more was received: the figures of each name its own."""
    new = [RECEIVED, replace(RESOLVED, within=989, end=989)]
    new += [replace(RESOLVED_LATE, within=11, end=11), replace(COPIES, within=8, end=8)]
    late_now = moves((RESOLVED, -1), (RESOLVED_LATE, 1))

    found = compared(replace(OLD, sums=new), {late_now: ["e1"], moves((COPIES, 1)): ["e2"]})

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
    new = [replace(RECEIVED, within=1010, end=1010), replace(RESOLVED, within=1000, end=1000)]
    tallies = replace(OLD, sums=[*new, RESOLVED_LATE, COPIES])

    found = compared(tallies, {moves((RECEIVED, 1)): ["other"], moves((RESOLVED, 1)): ten})

    share = found["registry.resolved_on_time_share"]
    assert (share.old and share.old.display, share.new.display) == ("99%", "99,01%")
    assert list(share.events) == ten


def test_what_came_before_the_period_is_a_cause_of_what_was_carried_over_only() -> None:
    earlier = replace(RECEIVED, before=1, end=1001)
    tallies = replace(OLD, sums=[earlier, RESOLVED, RESOLVED_LATE, COPIES])

    found = compared(tallies, {moves((earlier, 1), span="before"): ["e1"]})

    assert found["registry.applications_carried_over"].events == ("e1",)
    assert found["registry.applications_open"].events == ("e1",)
    assert "registry.applications_received" not in found


def test_a_rate_of_nothing_that_begins_names_what_began_it() -> None:
    old = replace(OLD, sums=[RECEIVED])
    new = replace(OLD, sums=[RECEIVED, RESOLVED_LATE])
    before, after = report(old), report(new)
    ten = [f"e{number}" for number in range(10)]

    events = causes(changed(before, after), {moves((RESOLVED_LATE, 1)): ten}, new, FIGURES)
    share = next(
        one
        for one in restated(before, after, events)
        if one.figure == "registry.resolved_on_time_share"
    )

    assert share.old
    assert (share.old.absence, share.new.display) == ("not_applicable", "0%")
    assert list(share.events) == ten


def test_a_text_names_the_setting_that_changed_it() -> None:
    friday = Dated("schedule", {"weekday": "friday"}, TERM_PERIOD.end, 1)
    tallies = replace(OLD, dated=[TUESDAY, friday])

    found = compared(tallies, {moves((friday, 1)): ["e9"]})

    assert found.keys() == {"petitions.reception_day"}
    day = found["petitions.reception_day"]
    assert (day.old and day.old.value, day.new.value, day.events) == ("tuesday", "friday", ("e9",))


def test_a_figure_that_is_new_counts_where_an_event_brought_it() -> None:
    declared = {"indicator": "budget.revenue_actual", "from": "2023-01-01"}
    row = Dated("declared", declared, TERM_PERIOD.end, 6_046)
    tallies = replace(OLD, dated=[TUESDAY, row])

    brought = compared(tallies, {moves((row, 6046)): ["e5"]})
    of_the_outline = compared(tallies, {})

    one = brought["budget.revenue_actual?year=2023"]
    assert (one.old, one.new.value, one.events) == (None, 6046, ("e5",))
    assert "budget.revenue_actual?year=2023" not in of_the_outline


def test_a_report_is_read_by_later_software() -> None:
    """Fields that are not known, and figures that have more to say, are read over."""
    content = json.loads(to_json(build(OUTLINE, HEADING, FIGURES(OLD))))
    content["more"] = 1
    for figure in content["figures"].values():
        figure["qualifier"] = "about"
        del figure["kind"], figure["period"]

    assert kept(json.dumps(content).encode()).figures == report(OLD).figures
