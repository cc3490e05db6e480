"""A report for the public: no small count of a sensitive indicator is in it or follows from it."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from services.reporting.figure import Absence, Period
from services.reporting.report import PERIODIC, TERM, Audience, Report, build, load
from services.reporting.report.content import Chart
from services.reporting.report.keys import figure_key
from services.reporting.report.linear import NotLinear, linear
from services.reporting.report.loading import Plan
from services.reporting.report.model import Verdict
from services.reporting.report.outline import ChartOutline, TextOutline
from shared.formula import formula
from shared.indicators import INDICATORS
from shared.indicators.model import Indicator
from shared.periods import PERIOD_KINDS
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


def test_of_other_days_nothing_sensitive_is_told() -> None:
    """What was told of a year before, or will be of the year so far, hides no small count either.

    In the first quarter the year so far is the quarter.
    """
    quarter = PERIOD_KINDS["statutory_quarter"].period(2023, 1)
    about = PUBLIC.model_copy(update={"period": quarter})
    denounced, asked = "petitions.complaints_denunciations", "petitions.petitions_received"
    figures = FixedFigures({denounced: 3, asked: 9}, lambda _, span: 3 if span == quarter else 40)

    report = build(load(PERIODIC), about, figures)

    shown = {key: one.display for key, one in report.figures.items()}
    assert shown[denounced] == shown[figure_key(denounced, {}, quarter)] == "…"
    assert {text for key, text in shown.items() if key.startswith(f"{denounced}@")} == {"…"}
    assert (shown[asked], shown[figure_key(asked, {}, quarter)]) == ("9", "3")


@pytest.mark.parametrize(
    "text",
    [
        "100 * petitions.guessed / petitions.petitions_received",
        "petitions.guessed + petitions.petitions_received",
    ],
)
def test_no_small_count_is_calculated_back_from_what_is_calculated_with_it(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is printed nowhere itself; a ward office added the rate, or the sum."""
    told_by = {"kind": "flow", "department": "petitions", "label": "Đơn", "unit_of_measure": "đơn"}
    rate = {"id": "petitions.rate", "kind": "ratio", "unit_of_measure": "%", "formula": text}
    for one in (
        {"id": "petitions.guessed", "sensitive": True, "terms": [{"measure": "received"}]},
        rate,
    ):
        made = Indicator.model_validate(told_by | one)
        monkeypatch.setitem(INDICATORS, made.id, made)
    block = TextOutline.model_validate({"text": "{petitions.rate}, {petitions.petitions_received}"})
    outline = PLAN.outline.model_copy(update={"introduction": (block,)})
    plan = Plan(outline, PLAN.layouts, PLAN.checks)
    asked = {"petitions.petitions_received": 9}

    small = a_report({"petitions.guessed": 3, **asked}, plan)
    large = a_report({"petitions.guessed": 5, **asked}, plan)

    rest = small.figures["petitions.petitions_received"].absence
    assert Absence.SUPPRESSED in {small.figures["petitions.rate"].absence, rest}
    assert Absence.SUPPRESSED not in {
        one.absence for key, one in large.figures.items() if key.startswith("petitions.p")
    } | {large.figures["petitions.rate"].absence}


def test_the_rest_of_a_whole_is_left_out_with_its_small_part() -> None:
    """No check says that the channels add up to all, but readers see that they do."""
    whole = "registry.guardianships"
    online, direct = (f"{whole}?channel={channel}" for channel in ("online", "direct"))
    text = f"{{{whole}}}: {{{online}}}, {{{direct}}}"
    block = TextOutline.model_validate({"text": text})
    outline = PLAN.outline.model_copy(update={"introduction": (block,)})

    report = a_report({whole: 20, online: 17, direct: 3}, Plan(outline, PLAN.layouts, PLAN.checks))

    assert {direct, online} <= left_out(report)
    assert report.figures[whole].value == 20


def test_a_name_may_hold_the_signs_that_part_the_names_of_figures() -> None:
    """A clerk writes what a school is called: "A & B", "Mầm non @ 30%"."""
    schools = ("Mầm non A & B=C", "Mầm non @ 30%26", "Tiểu học")
    pupils = {figure_key("education.pupils", {"school": one}): 100 for one in schools}

    report = build(load(PERIODIC), PUBLIC, FixedFigures(pupils))

    told = {
        one.dimensions["school"]
        for one in report.figures.values()
        if one.indicator == "education.pupils" and "school" in one.dimensions
    }
    assert told >= set(schools)


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
