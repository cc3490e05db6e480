"""A report for the public: no small count of a sensitive indicator is in it or follows from it."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from services.reporting.figure import Absence, Period
from services.reporting.report import TERM, Audience, Report, build, load
from services.reporting.report.content import Chart
from services.reporting.report.linear import NotLinear, linear
from services.reporting.report.loading import Plan
from services.reporting.report.model import Verdict
from services.reporting.report.outline import ChartOutline
from shared.formula import formula
from shared.slots import FigureSlot
from tests.support.fixed_figures import HEADING, FixedFigures, Value
from tests.support.forms_of_reports import FORMS
from tests.support.printed import printed

PLAN = load(TERM)
PUBLIC = HEADING.model_copy(update={"audience": Audience.PUBLIC})
REQUESTS = "petitions.mediation_requests"
REACHED, FAILED, OPEN = (
    f"{REQUESTS}?outcome={outcome}" for outcome in ("reconciled", "not_reconciled", "open")
)


def a_report(changes: Mapping[str, Value] | None = None, plan: Plan = PLAN) -> Report:
    def course(_: str, __: Period) -> Value:
        return 3

    return build(plan, PUBLIC, FixedFigures(changes, course))


def left_out(report: Report) -> set[str]:
    return {key for key, one in report.figures.items() if one.absence is Absence.SUPPRESSED}


def mediation(total: int, reached: int, failed: int) -> dict[str, Value]:
    return {REQUESTS: total, REACHED: reached, FAILED: failed}


def test_small_counts_of_sensitive_indicators_are_left_out() -> None:
    report = a_report(mediation(8, 4, 4))

    assert left_out(report) == {REACHED, FAILED, "personnel.civil_servants_disciplined?year=2023"}
    assert report.figures[REACHED].display == "…"
    assert report.figures[REACHED].value is None
    # Small counts of others stay: three households, two culture houses.
    assert report.figures["economy.craft_trade_service_households"].value == 3


@pytest.mark.parametrize(("reached", "beside"), [(5, {REACHED}), (50, {REACHED})])
def test_what_would_give_a_small_count_away_is_left_out_too(reached: int, beside: set[str]) -> None:
    """Requests = reconciled + not reconciled + open, says a check."""
    report = a_report(mediation(reached + 1, reached, 1))

    assert left_out(report) >= {FAILED} | beside
    assert REQUESTS not in left_out(report)
    assert report.figures[OPEN].value == 0


def test_nothing_more_is_left_out_than_that() -> None:
    """Five and more are told, and so is what none is of."""
    assert left_out(a_report(mediation(15, 9, 6))) == {
        "personnel.civil_servants_disciplined?year=2023"
    }


@pytest.mark.parametrize("form", ["json", "html", "docx", "pdf", "xlsx"])
def test_no_form_tells_what_is_left_out(form: str) -> None:
    """Two reports that differ in what is left out alone are the same document."""
    one = a_report(mediation(8, 4, 4))
    other = a_report(mediation(8, 3, 4) | {OPEN: 0})

    assert FORMS[form].render(one) == FORMS[form].render(other)


def test_checks_tell_no_side_that_is_left_out() -> None:
    checks = {check.id: check for check in a_report(mediation(8, 4, 4)).checks}

    assert checks["mediation-outcomes"].left is None
    assert checks["mediation-outcomes"].verdict is Verdict.NOT_CHECKED


def test_print_says_it_with_the_sign_for_it() -> None:
    text = printed("docx", FORMS["docx"].render(a_report(mediation(8, 4, 4))))

    assert "hòa giải thành: …; hòa giải không thành: …;" in text


def test_charts_show_nothing_of_sensitive_indicators() -> None:
    """Months are small, and a year less eleven of them is the twelfth."""
    lines = [REQUESTS, "petitions.petitions_received"]
    drawn = ChartOutline.model_validate({"title": "Đơn", "step": "month", "lines": lines})
    outline = PLAN.outline.model_copy(update={"charts": (drawn,)})

    report = a_report(plan=Plan(outline, PLAN.layouts, PLAN.checks))

    (chart,) = (block for block in report.annexes[2].blocks if isinstance(block, Chart))
    assert set(chart.series[0].values) == {None}
    assert set(chart.series[1].values) == {3}


def test_a_report_for_the_office_leaves_nothing_out() -> None:
    assert left_out(build(PLAN, HEADING, FixedFigures())) == set()


def name(slot: FigureSlot) -> str:
    return slot.indicator


@pytest.mark.parametrize(
    ("text", "factors"),
    [
        ("a.x", {"a.x": 1}),
        ("a.x + a.y - a.z", {"a.x": 1, "a.y": 1, "a.z": -1}),
        ("2 * a.x + a.y / 4", {"a.x": 2, "a.y": Fraction(1, 4)}),
        ("a.x * 3 - (a.x + a.y)", {"a.x": 2, "a.y": -1}),
    ],
)
def test_a_formula_is_read_as_a_sum(text: str, factors: Mapping[str, Fraction]) -> None:
    assert linear(formula(text), name) == factors


@pytest.mark.parametrize(
    "text", ["a.x * a.y", "100 * a.x / a.y", "a.x + 1", "100 - a.x", "1 + a.x", "5", "2 / a.x"]
)
def test_what_is_no_sum_of_figures_is_not_read_as_one(text: str) -> None:
    with pytest.raises(NotLinear):
        linear(formula(text), name)
