"""Checks: both sides, the difference, the severity; the model report's own contradictions."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from services.reporting.figure import Absence
from services.reporting.report import TERM, Plan, build, load
from services.reporting.report.checks import Check
from services.reporting.report.content import Table
from services.reporting.report.model import CheckResult, Severity, Verdict
from tests.support.fixed_figures import HEADING, SOUND, FixedFigures, Value

PLAN = load(TERM)


def results(changes: Mapping[str, Value] | None = None) -> dict[str, CheckResult]:
    report = build(PLAN, HEADING, FixedFigures(changes))
    return {check.id: check for check in report.checks}


MODEL = results()


def test_the_model_report_contradicts_itself_where_it_does() -> None:
    """Checks.md, section 2: C17, C43, C44, C48, C59, C64 and, less grave, the rest."""
    broken = {
        name: (check.left, check.right, check.difference)
        for name, check in MODEL.items()
        if check.verdict is Verdict.BROKEN and check.severity is Severity.ERROR
    }

    assert broken == {
        "households-by-sector": (1, 3, -2),
        "vaccinated-of-base": (11_949, 6252, 5697),
        "vaccination-base-of-residents": (6252, 5355, 897),
        "recovered-of-cases": (1005, 986, 19),
        "vaccinated-said-twice": (Decimal("99.87"), 100, Decimal("-0.13")),
        "staff-of-posts": (15, 17, -2),
    }


@pytest.mark.parametrize(
    ("name", "severity", "difference"),
    [
        ("trade-households-and-census", Severity.WARNING, -599),
        ("doses-of-shares", Severity.WARNING, Decimal("-6479.3952")),
        ("vaccination-target-three", Severity.WARNING, -334),
        ("staff-by-education", Severity.WARNING, -2),
        ("applications-by-timeliness", Severity.NOTE, -35),
        ("applications-by-act", Severity.NOTE, 987),
        ("complaints-and-petitions", Severity.WARNING, -5),
    ],
)
def test_what_is_less_grave_is_told_too(
    name: str, severity: Severity, difference: int | Decimal
) -> None:
    check = MODEL[name]

    assert (check.verdict, check.severity) == (Verdict.BROKEN, severity)
    assert check.difference == difference


def test_growth_by_registrations_is_held_against_the_rate_that_is_told() -> None:
    check = MODEL["growth-of-registrations"]

    assert isinstance(check.left, Decimal)
    assert round(check.left, 6) == Decimal("1.299720")
    assert (check.right, check.verdict) == (Decimal("0.53"), Verdict.BROKEN)


def test_the_day_of_a_target_is_told_as_a_day() -> None:
    check = MODEL["vaccination-target-three"]

    assert (check.left, check.right) == (date(2022, 12, 31), date(2023, 11, 30))
    assert check.relation == "≥"


def test_no_error_is_left_where_the_figures_agree() -> None:
    told = results(SOUND)

    errors = [
        name
        for name, check in told.items()
        if check.severity is Severity.ERROR and check.verdict is Verdict.BROKEN
    ]
    assert errors == []


def test_a_broken_check_is_printed_with_both_sides_and_what_it_means() -> None:
    """Without the 35 withdrawn files the model report's own gap appears."""
    report = build(PLAN, HEADING, FixedFigures({"registry.applications_withdrawn": 0}))

    assert report.checks[0].id == "registry-files"
    assert report.checks[0].figures[:2] == (
        "registry.applications_received",
        "registry.applications_carried_over",
    )
    (printed,) = report.annexes[0].blocks
    assert isinstance(printed, Table)
    row = printed.rows[0]
    assert row.total
    texts = [cell.text for cell in row.cells]
    assert texts[2:] == ["3.356", "=", "3.321", "35", "Lỗi", "Không khớp"]
    held = [cell.text for cell in printed.rows[1].cells]
    assert held[2:] == ["3.356", "=", "3.356", "0", "", "Khớp"]


def test_a_note_with_figures_explains_a_broken_check() -> None:
    noted = Check(
        id="noted",
        group="x",
        label="Ca mắc",
        left="covid.cases",
        right="covid.cases_recovered",
        note="Đã khỏi {covid.cases_recovered}.",
    )
    report = build(Plan(PLAN.outline, PLAN.layouts, (noted,)), HEADING, FixedFigures())

    assert report.checks[0].note == "Đã khỏi 1.005 ca."
    (printed,) = report.annexes[0].blocks
    assert isinstance(printed, Table)
    assert printed.rows[0].cells[1].text == "Ca mắc. Đã khỏi 1.005 ca."


@pytest.mark.parametrize(
    ("relation", "tolerance", "left", "verdict"),
    [
        ("=", "0", 100, Verdict.HOLDS),
        ("=", "0", 101, Verdict.BROKEN),
        ("=", "1", 101, Verdict.HOLDS),
        ("=", "1", 98, Verdict.BROKEN),
        ("≤", "0", 99, Verdict.HOLDS),
        ("≤", "0", 100, Verdict.HOLDS),
        ("≤", "0", 101, Verdict.BROKEN),
        ("≤", "2", 102, Verdict.HOLDS),
        ("≥", "0", 99, Verdict.BROKEN),
        ("≥", "1", 99, Verdict.HOLDS),
        ("≥", "0", 101, Verdict.HOLDS),
        ("<", "0", 100, Verdict.BROKEN),
        ("<", "0", 99, Verdict.HOLDS),
        ("=", "0", Absence.MISSING, Verdict.NOT_CHECKED),
    ],
)
def test_a_relation_holds_within_its_tolerance(
    relation: str, tolerance: str, left: Value, verdict: Verdict
) -> None:
    told = {"left": "covid.cases", "relation": relation, "right": "100", "tolerance": tolerance}
    check = Check.model_validate({"id": "x", "group": "x", "label": "x", **told})
    report = build(
        Plan(PLAN.outline, PLAN.layouts, (check,)), HEADING, FixedFigures({"covid.cases": left})
    )

    assert report.checks[0].verdict is verdict


def test_a_side_over_nothing_is_not_checked() -> None:
    told = {"left": "100 * covid.cases / covid.current_new_cases", "right": "100"}
    check = Check.model_validate({"id": "x", "group": "x", "label": "x", **told})
    report = build(Plan(PLAN.outline, PLAN.layouts, (check,)), HEADING, FixedFigures())

    assert (report.checks[0].left, report.checks[0].verdict) == (None, Verdict.NOT_CHECKED)


def test_a_relation_may_be_held_in_each_year() -> None:
    """As a rate that is declared beside its parts is: the name says the year."""
    told = {
        "each": "budget.revenue_actual",
        "by": "year",
        "left": "budget.revenue_actual?year=$year",
        "relation": "≤",
        "right": "1.5 * budget.revenue_plan?year=$year",
    }
    check = Check.model_validate({"id": "x", "group": "x", "label": "Thu", **told})
    report = build(Plan(PLAN.outline, PLAN.layouts, (check,)), HEADING, FixedFigures())

    checks = [(one.id, one.label, one.verdict) for one in report.checks]
    assert checks[:3] == [
        ("x-2021", "Thu (năm 2021)", Verdict.HOLDS),
        ("x-2022", "Thu (năm 2022)", Verdict.BROKEN),
        ("x-2023", "Thu (11 tháng đầu năm 2023)", Verdict.HOLDS),
    ]
    assert report.checks[1].figures[0] == "budget.revenue_actual?year=2022"


def test_figures_that_are_printed_and_not_reported_are_counted() -> None:
    told = results({"covid.cases": Absence.MISSING})

    assert told["missing"].severity is Severity.WARNING
    assert "covid.cases" in told["missing"].figures
    assert told["missing"].left == len(told["missing"].figures)
