"""Faults of an outline are found when it is loaded, and named with file and place."""

from pathlib import Path

import pytest

from services.reporting.report import TERM, OutlineError, load_outline
from shared.slots import FigureSlot

PLAN = "{budget.revenue_plan?year=$year}"


def changed(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the term's outline with one text replaced."""
    text = TERM.read_text(encoding="utf-8")
    assert old in text
    path = folder / "changed.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_outline_of_the_term_loads() -> None:
    outline = load_outline(TERM)

    sections = [section.id for part in outline.parts for section in part.sections]
    assert sections == ["II", "II.1", "II.1.1", "II.2", "II.2.1", "II.2.2", "II.8"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "term"', "id = ", "changed.toml: not TOML"),
        ('id = "term"', "", "changed.toml: id: Field required"),
        ("level = 1", "level = 7", "part 1, section II, level"),
        (PLAN, "{budget.revenue_plan?year}", "section II.1.1, block 2, paragraph, text"),
        (PLAN, "{Budget}", "'Budget' is not of the form indicator"),
        (PLAN, "{report.mayor}", "'report.mayor' is not one of report.as_of"),
        (PLAN, "{budget.revenue_plan", "a brace without its partner"),
        ('each_year = "budget.revenue_actual"\n', "", "$year and {report.year} need each_year"),
        ('no_years = "- Thu ngân sách nhà nước: chưa báo cáo."', "", "go together"),
        ('table = "dossiers"', 'table = "x"', "section II.2.2: there is no layout 'x'"),
        ('id = "II.2.2"', 'id = "II.2.1"', "section II.2.1 stands twice"),
        ('id = "permits-open"', 'id = "permits-files"', "check permits-files stands twice"),
        ('relation = "≤"', 'relation = "<"', "check registry-acts, relation"),
        ('right = "petitions.mediation_requests"', "right = 5", "a sum is a text"),
        ('title = "BÁO CÁO"', 'title = "BÁO CÁO"\ncolour = "red"', "form, colour: Extra inputs"),
        ("Biểu số 06/", "{registry.births_registered}", "births_registered has no place here"),
        (" + $service.applications_carried_over", " + $service.x?a=b", "narrowed alike"),
        ('closing = "', 'closing = "" #', "closing: Value error, a sentence is a text"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(OutlineError) as fault:
        load_outline(changed(tmp_path, old, new))

    assert told in str(fault.value)
    assert str(fault.value).startswith("changed.toml: ")
    assert str(tmp_path) not in str(fault.value)


def test_a_slot_is_bound_and_narrowed() -> None:
    slot = FigureSlot("$service.applications_received", {"year": "$year"})

    bound = slot.bind({"service": "registry", "year": "2021"}).narrowed({"field": "land"})

    assert bound.indicator == "registry.applications_received"
    assert bound.dimensions == {"year": "2021", "field": "land"}
