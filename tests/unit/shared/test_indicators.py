"""Indicators, forms and registers: what may be said of a figure, and what a bad file is told."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared import forms
from shared.forms import FORMS
from shared.indicators import CATALOGUE, INDICATORS, Catalogue, load
from shared.slots import figure_slot
from shared.toml_files import BadFile

GOOD = """
[[dimension]]
id = "channel"
values = { online = "trực tuyến", in_person = "trực tiếp", direct = "" }
groups = { direct = ["in_person"] }

[[indicator]]
id = "a.births"
label = "Khai sinh"
kind = "flow"
department = "registry"
dimensions = ["channel", "procedure"]
terms = [{ measure = "closed" }]

[[indicator]]
id = "a.pupils"
label = "Học sinh"
kind = "level"
department = "education"
dimensions = { school = "open", stage = { early = "mầm non", late = "phổ thông" } }
line = {}

[[indicator]]
id = "a.share"
label = "Tỷ lệ"
kind = "ratio"
department = "education"
dimensions = { school = "open" }
formula = "100 * a.pupils?stage=early / a.pupils"

[[indicator]]
id = "a.sessions"
label = "Kỳ họp"
kind = "flow"
department = "council"
entry = { register = "meetings", dimension = "type" }

[[indicator]]
id = "a.first_session"
label = "Ngày họp"
kind = "text"
department = "council"
entry = { register = "meetings", where = { type = "council_session" }, say = "day" }

[[indicator]]
id = "a.years"
label = "Năm"
kind = "level"
department = "council"
elapsed = { since = "a.first_session", qualifier = "more_than" }

[[indicator]]
id = "a.by_stage"
label = "Theo cấp"
kind = "level"
department = "education"
[indicator.split]
dimension = "stage"
values = { early = "a.pupils", none = "a.years" }
"""

FORM = """
[[form]]
code = "education"
department = "education"
label = "Biểu giáo dục"
period = "year"
from = 2021-06-01
due = { days = 10 }
rows = { school = "open" }
lines = ["a.pupils"]

[[form.line]]
indicator = "a.pupils"
dimensions = { stage = "early" }
required = false
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return load(_file(tmp_path, GOOD).parent)


@pytest.mark.parametrize(
    "slot",
    [
        "a.births",
        "a.births?channel=direct&year=2021",
        "a.births?procedure=registry.birth&months=24",
        "a.pupils?school=Any-school_at.all&stage=late",
        "a.share?school=x",
        "a.sessions?type=leadership",
        "a.by_stage?stage=early&school=x",
        "a.pupils?school=$school&stage=$stage&year=$year",
    ],
)
def test_a_figure_is_an_indicator_narrowed_by_what_it_has(catalogue: Catalogue, slot: str) -> None:
    assert catalogue.check(figure_slot(slot)) is None


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        ("a.jokes", "there is no indicator a.jokes"),
        ("a.births?school=x", "a.births has no dimension school"),
        ("a.births?channel=boat", "a.births has no channel=boat"),
        ("a.births?procedure=registry.jokes", "a.births has no procedure=registry.jokes"),
        ("a.births?year=long", "year=long is no number of year"),
        ("a.births?months=0", "months=0 is no number of months"),
        ("a.births?year=2021&months=3", "of a year or of so many months"),
        ("a.share?stage=late", "a.share has no dimension stage"),
        ("a.sessions?type=party", "a.sessions has no type=party"),
        ("a.by_stage", "a.by_stage must be narrowed by stage"),
        ("a.by_stage?stage=late", "a.by_stage has no stage=late"),
        ("a.by_stage?stage=none&school=x", "a.by_stage has no dimension school"),
    ],
)
def test_what_is_wrong_with_a_figure_is_said(catalogue: Catalogue, slot: str, told: str) -> None:
    assert told in (catalogue.check(figure_slot(slot)) or "nothing")


def test_a_formula_is_narrowed_where_its_figures_can_be(catalogue: Catalogue) -> None:
    """What a figure of the formula says itself stays."""
    chosen = catalogue.resolve("a.share", {"school": "x", "year": "2022"})

    first, second = catalogue.formula_of(chosen).operands

    assert first == figure_slot("a.pupils?stage=early&school=x&year=2022")
    assert second == figure_slot("a.pupils?school=x&year=2022")


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('id = "a.pupils"', 'id = "a.births"', "some.toml:15: indicator a.births: stands in some"),
        (
            'terms = [{ measure = "closed" }]\n',
            "",
            "some.toml:7: indicator a.births: Value error, g",
        ),
        (
            "line = {}",
            "line = {}\nterms = [{ measure = 'closed' }]",
            ":15: indicator a.pupils: Val",
        ),
        ('measure = "closed"', 'measure = "jokes"', ":13: indicator a.births, terms 1, measure"),
        ('measure = "closed"', 'measure = "closed", sign = 2', ":13: indicator a.births, terms 1"),
        ('kind = "ratio"', 'kind = "guess"', ":26: indicator a.share, kind: Input should be"),
        ("line = {}", 'line = {}\ncolour = "red"', ":22: indicator a.pupils, colour: Extra"),
        (
            'dimensions = ["channel",',
            'dimensions = ["weather",',
            ":7: indicator a.births: there is no d",
        ),
        ('formula = "100 *', 'formula = "100 x', ":29: indicator a.share, formula: Value error"),
        ("/ a.pupils", "/ a.nobody", ":23: indicator a.share: there is no indicator a.nobody"),
        ("/ a.pupils", "/ a.share", ":23: indicator a.share: is made of itself"),
        ("/ a.pupils", "/ a.pupils?stage=x", ":23: indicator a.share: a.pupils has no stage=x"),
        ("/ a.pupils", "/ a.first_session", ":23: indicator a.share: a.first_session is a text"),
        ('{ school = "open" }', '{ street = "open" }', ":23: indicator a.share: none of the form"),
        ('since = "a.first', 'since = "a.last', ":45: indicator a.years: there is no indicator a."),
        (
            'none = "a.years"',
            'none = "a.nobody"',
            ":52: indicator a.by_stage: there is no indicator",
        ),
        (
            'register = "meetings", d',
            'register = "x", d',
            ":31: indicator a.sessions: there is no r",
        ),
        (
            'dimension = "type"',
            'dimension = "x"',
            ":31: indicator a.sessions: meetings has no fiel",
        ),
        ('"council_session" }', '"x" }', ":38: indicator a.first_session: meetings has no type=x"),
        (
            'say = "day"',
            'say = "hour"',
            ":38: indicator a.first_session: meetings has no field hou",
        ),
        ('school = "open", ', 'year = "open", ', ":15: indicator a.pupils: Value error, year narr"),
        ('groups = { direct = ["in_p', 'groups = { boat = ["in_p', ":2: dimension channel: Value"),
    ],
)
def test_a_bad_file_of_indicators_is_refused_with_the_line(
    tmp_path: Path, good: str, bad: str, told: str
) -> None:
    assert good in GOOD
    with pytest.raises(BadFile, match=re.escape(told)):
        load(_file(tmp_path, GOOD.replace(good, bad, 1)).parent)


def test_files_are_checked_together(tmp_path: Path) -> None:
    """An indicator may be made of another file's; the same one in two files is refused."""
    first, second = GOOD.split('[[indicator]]\nid = "a.share"')
    (tmp_path / "b.toml").write_text('[[indicator]]\nid = "a.share"' + second, encoding="utf-8")
    _file(tmp_path, first)
    assert len(load(tmp_path).indicators) == 7

    _file(tmp_path, GOOD)
    with pytest.raises(BadFile, match=r"some.toml:23: indicator a.share: stands in b.toml:1"):
        load(tmp_path)


def test_a_form_has_its_lines_and_their_rows(tmp_path: Path, catalogue: Catalogue) -> None:
    form = forms.load(_file(tmp_path, FORM), catalogue).forms[0]

    assert [(line.indicator, dict(line.dimensions), line.required) for line in form.lines] == [
        ("a.pupils", {}, True),
        ("a.pupils", {"stage": "early"}, False),
    ]


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        (
            'period = "year"',
            'period = "moon"',
            "some.toml:2: form education: there is no kind of p",
        ),
        (
            '["a.pupils"]',
            '["a.nobody"]',
            ":10: form education, lines 1: there is no indicator a.no",
        ),
        ('["a.pupils"]', '["a.births"]', ":10: form education, lines 1: a.births has no line"),
        ('["a.pupils"]', '["a.by_stage"]', ":10: form education, lines 1: a.by_stage must be nar"),
        ('stage = "early"', 'stage = "x"', ":12: form education, line 1: a.pupils has no stage=x"),
        ("dimensions = { stage", "#", ":12: form education, line 1: stands in some.toml:10"),
        ('"a.pupils"\ndim', '"a.by_stage"\ndim', ":12: form education, line 1: leads to a.pupils"),
        (
            '{ school = "open" }',
            '{ street = "open" }',
            ":2: form education: no line has the open d",
        ),
        ("days = 10", "days = 0", ":8: form education, due, days: Input should be greater"),
    ],
)
def test_a_bad_file_of_forms_is_refused_with_the_line(
    tmp_path: Path, catalogue: Catalogue, good: str, bad: str, told: str
) -> None:
    assert good in FORM
    with pytest.raises(BadFile, match=re.escape(told)):
        forms.load(_file(tmp_path, FORM.replace(good, bad, 1)), catalogue)


def test_numbers_allowed_in_text_are_regular_expressions(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with pytest.raises(BadFile, match=r"some.toml:1: allowed_numbers 2: .* no regular expression"):
        forms.load(_file(tmp_path, 'allowed_numbers = ["20\\\\d\\\\d", "("]' + FORM), catalogue)


def test_a_direct_receipt_is_one_in_person_or_by_post() -> None:
    assert CATALOGUE.groups == {("channel", "direct"): {"in_person", "post"}}


def test_the_dimensions_of_cases_have_words() -> None:
    known: Mapping[str, Mapping[str, str] | None] = CATALOGUE.dimensions_of(
        INDICATORS["registry.applications_received"]
    )
    assert known.keys() == {"channel", "procedure", "field", "neighbourhood"}
    assert [name for name, codes in known.items() if codes is None] == ["neighbourhood"]
    assert all(all(codes.values()) for codes in known.values() if codes is not None)


def test_every_form_says_which_rows_its_lines_have() -> None:
    """Every open dimension of a line is one of the form's rows, or nobody could declare it."""
    for form in FORMS.values():
        for line in form.lines:
            codes = CATALOGUE.dimensions_of(INDICATORS[line.indicator])
            open_ones = {name for name, told in codes.items() if told is None}
            assert open_ones - line.dimensions.keys() == set(form.rows_of(line)), line
