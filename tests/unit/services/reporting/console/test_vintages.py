"""Two vintages: every figure of either, what differs, by the sections of the report."""

from services.reporting.console.vintages import grouped, held_together
from services.reporting.report import TERM, build, load
from tests.support.fixed_figures import HEADING, SOUND, FixedFigures

PLAN = load(TERM)


def test_what_differs_is_told_and_all_else_is_there() -> None:
    key = "registry.applications_withdrawn"
    former = build(PLAN, HEADING, FixedFigures(SOUND))
    latter = build(PLAN, HEADING, FixedFigures({**SOUND, key: 77}))

    held = held_together(former, latter)
    found = {one.key for one in held if one.differs}

    assert {one.key for one in held} == former.figures.keys() | latter.figures.keys()
    assert key in found
    assert not any(one.differs for one in held_together(former, former))


def test_figures_stand_under_the_headings_of_the_report() -> None:
    report = build(PLAN, HEADING, FixedFigures(SOUND))
    held = held_together(report, report)

    groups = list(grouped(report, held))

    assert sorted(one.key for group in groups for one in group.figures) == sorted(
        one.key for one in held
    )
    assert groups[0].heading
    assert [group.heading for group in groups if not group.heading] in ([], [""])
