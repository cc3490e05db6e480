"""Faults of outlines, layouts and checks are found when they are loaded, and named with a line."""

import shutil
from pathlib import Path

import pytest

from services.reporting.report import PERIODIC, TERM, load
from services.reporting.report.checks import CHECKS
from services.reporting.report.outline import OUTLINES
from shared.slots import FigureSlot
from shared.toml_files import BadFile

FILES = {
    "term.toml": OUTLINES / "term.toml",
    "layouts.toml": OUTLINES / "layouts.toml",
    "checks.toml": CHECKS,
}


def told_of(folder: Path, name: str, old: str, new: str) -> tuple[str, int]:
    """Return what is told when in one file one text is another, and the line of that text."""
    for source in FILES.values():
        shutil.copy(source, folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFile) as fault:
        load(TERM, folder, folder / "checks.toml")
    return str(fault.value), text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("name", [TERM, PERIODIC])
def test_an_outline_loads(name: str) -> None:
    plan = load(name)

    assert plan.outline.id == name
    assert {check.group for check in plan.checks} == set(plan.outline.checks)


def test_the_term_has_the_sections_of_the_model_report() -> None:
    sections = [section.id for part in load(TERM).outline.parts for section in part.sections]

    economy = ["II", "II.1", "II.1.1", "II.1.2", "II.1.3", "II.2", "II.2.1", "II.2.2", "II.2.3"]
    social = ["II.3", "II.4", "II.5", "II.6", "II.6.+", "II.7", "II.8", "II.9"]
    rest = ["III", "IV", "V", "V.1", "V.2", "V.3", "V.3.1", "V.3.2"]
    assert sections == ["I", "I.1", "I.2", "I.3", *economy, *social, *rest]


EACH = '{ each = "education.national_standard_level", by = "school"'


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "term"', "id = ", "not TOML"),
        ("level = 1", "level = 7", "sections I, level"),
        ("{covid.cases}", "{Covid}", "'Covid' is not of the form indicator"),
        ("{covid.cases}", "{covid.cases|size}", "'size' in 'covid.cases|size' is not one of value"),
        ("{covid.cases}", "{covid.cases", "a brace without its partner"),
        ("{covid.cases}", "{covid.storks}", "there is no indicator covid.storks"),
        ("{covid.cases}", "{covid.cases?street=x}", "covid.cases has no dimension street"),
        ("{covid.cases}", "{covid.cases?year=now}", "year=now is no number of year"),
        ("{covid.cases}", "{covid.cases?year=$year}", "there is no $year here"),
        ("{covid.cases}", "{$street}", "there is no $street here"),
        ("{covid.cases}", "{report.mayor}", "there is no indicator report.mayor"),
        ("doses=three}", "doses=nine}", "covid.vaccinated_share has no doses=nine"),
        ("timeliness=late}", "timeliness=soon}", "has no timeliness=soon"),
        ("{report.term}", "{report.terms}", "there is no indicator report.terms"),
        ("khóa {council.legislature}./.", "{council.age}./.", "no indicator council.age"),
        (EACH, EACH.replace("school", "street"), "has no dimension street"),
        (
            EACH,
            EACH.replace("education.nat", "education.int"),
            "there is no indicator education.int",
        ),
        (
            '{ prose = "text.limits" }',
            '{ prose = "text.limit" }',
            "there is no indicator text.limit",
        ),
        ('{ prose = "text.limits" }', '{ prose = "covid.cases" }', "covid.cases is no text"),
        ('{ prose = "text.limits" }', '{ poem = "text.limits" }', "Extra inputs are not permitted"),
        ('table = "dossiers"', 'table = "dossier"', "there is no layout 'dossier'"),
        ('field = "construction"', 'field = "moon"', "has no field=moon"),
        ('id = "II.2.2"', 'id = "II.2.1"', "section II.2.1 stands twice"),
        ('    "culture",', '    "cultures",', "there is no check of the group cultures"),
        ('"Mức độ", ', "", "an annex of checks has 8 columns"),
        ('lines = ["registry.births_registered"', 'lines = ["report.term"', "one unit of measure"),
        ('title = "BÁO CÁO"', 'titel = "BÁO CÁO"', "titel: Extra inputs"),
    ],
)
def test_a_fault_of_an_outline_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    message, line = told_of(tmp_path, "term.toml", old, new)

    assert told in message
    assert f"term.toml:{line}: " in message
    assert str(tmp_path) not in message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('say = "unit"', 'say = "units"', "layouts, course, columns 1"),
        (" + $service.applications_carried_over", " + $service.x?a=b", "narrowed alike"),
        ("row_width = 20", "row_wide = 20", "row_wide: Extra inputs"),
    ],
)
def test_a_fault_of_a_layout_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    message, line = told_of(tmp_path, "layouts.toml", old, new)

    assert told in message
    assert f"layouts.toml:{line}: " in message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('right = "personnel.posts"', 'right = "personnel.pots"', "no indicator personnel.pots"),
        ('id = "permits-open"', 'id = "permits-files"', "stands in checks.toml:"),
        ('relation = "≥"', 'relation = ">"', "check committee-sessions, relation"),
        ('left = "personnel.staff"', 'left = "personnel.staff +"', "is not a formula"),
        ('severity = "warning"', 'severity = "mild"', "severity"),
    ],
)
def test_a_fault_of_a_check_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    message, line = told_of(tmp_path, "checks.toml", old, new)

    assert told in message
    assert f"checks.toml:{line}: " in message or f"checks.toml:{line - 1}: " in message


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        ('relation = "not_past"', "every relation but not_past has a right side"),
        ('relation = "="\neach = "budget.revenue_plan"', "each and by go together"),
        ('relation = "="\ntolerance = -1', "tolerance"),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(tmp_path: Path, relation: str, told: str) -> None:
    message, _ = told_of(tmp_path, "checks.toml", 'relation = "="', relation)

    assert told in message


def test_rows_without_a_figure_are_refused_where_columns_have_none(tmp_path: Path) -> None:
    message, _ = told_of(tmp_path, "term.toml", 'table = "dossiers"', 'table = "course"')

    assert "the column 'Đơn vị tính' asks for a figure in each row" in message


def test_the_service_of_a_table_is_put_into_its_columns(tmp_path: Path) -> None:
    message, _ = told_of(tmp_path, "term.toml", 'service = "permits"', 'service = "permit"')

    assert "blocks 4, rows 1: there is no indicator permit.applications_received" in message


def test_a_slot_is_bound_and_narrowed() -> None:
    slot = FigureSlot("$service.applications_received", {"year": "$year"})

    bound = slot.bind({"service": "registry", "year": "2021"}).narrowed({"field": "land"})

    assert bound.indicator == "registry.applications_received"
    assert bound.dimensions == {"year": "2021", "field": "land"}
