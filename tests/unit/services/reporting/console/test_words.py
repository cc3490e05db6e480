"""Texts in two languages; addresses that hold what a page shows."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

from services.reporting.console import pages
from services.reporting.console.view import View, address, borders_of, of_kind
from services.reporting.console.words import TEXTS, Words
from services.reporting.figure import Period
from services.reporting.issuing.model import Action, State
from services.reporting.report import Borders
from shared.people import Role
from shared.periods import PERIOD_KINDS
from shared.sentences import sentence

VI, EN = Words("vi"), Words("en")
TEMPLATES = Path(pages.__file__).with_name("templates")


@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_name_the_same_values(name: str) -> None:
    told = TEXTS[name]
    fields = [{field for _, field, _, _ in Formatter().parse(one)} for one in (told.vi, told.en)]
    assert fields[0] == fields[1]


def test_every_text_of_a_page_is_there() -> None:
    pages_ = "".join(one.read_text(encoding="utf-8") for one in TEMPLATES.glob("*.html"))
    named = set(re.findall(r'\bw\("(\w+)"[,)]', pages_)) | PERIOD_KINDS.keys()
    assert named <= TEXTS.keys()


def test_documents_stand_as_refusals_say_that_they_do() -> None:
    assert {f"action_{one}" for one in Action} <= TEXTS.keys()
    for state in State:
        said = sentence("moved_on", "vi", {"state": state})
        assert f"nay ở trạng thái {TEXTS[f'state_{state}'].vi};" in said


def test_people_are_called_by_their_roles() -> None:
    assert VI.role(Role.FORM_CHECKER) == "người kiểm tra thể thức"
    assert EN.role(Role.FORM_CHECKER) == "form checker"


def test_a_moment_is_that_of_the_ward() -> None:
    assert VI.moment(datetime(2026, 4, 4, 18, 5, tzinfo=UTC)) == "01:05 05/04/2026"


def test_numbers_and_days_are_written_as_in_the_language() -> None:
    assert (VI.number(1183), EN.number(1183)) == ("1.183", "1,183")
    assert (VI.share(Decimal("97.5")), EN.share(Decimal("97.5"))) == ("97,5%", "97.5%")
    assert (VI.signed(12), VI.signed(-3), VI.signed(0), VI.signed(None)) == ("+12", "−3", "0", "–")  # noqa: RUF001
    assert VI.day(date(2026, 4, 5)) == "05/04/2026"
    assert VI.step(Period(start=date(2025, 4, 1), end=date(2025, 6, 30)), "quarter") == "Quý 2/2025"


def test_an_address_holds_the_state_and_forms_send_it_on() -> None:
    view = View("/console", {"unit": "2004-288", "start": date(2024, 1, 1), "compare": ("a", "b")})

    assert view.at(sort="name", compare=None) == "/console?unit=2004-288&from=2024-01-01&sort=name"
    assert view.fields("start") == [("unit", "2004-288"), ("compare", "a"), ("compare", "b")]
    assert address("/x", other=date(2024, 1, 1), q="") == "/x?with=2024-01-01"


def test_the_own_borders_are_said_where_a_period_goes_beyond_the_unit() -> None:
    over = Period(start=date(2025, 1, 1), end=date(2025, 12, 31))
    after = Period(start=date(2025, 7, 1), end=date(2025, 12, 31))

    assert borders_of("2025-10525", over) == borders_of("2004-10525", over) == Borders.OWN
    assert borders_of("2025-10525", after) is None


def test_a_period_of_a_kind_ends_today_at_the_latest() -> None:
    today = date(2026, 2, 10)

    assert of_kind("quarter", 2026, 1, today) == Period(start=date(2026, 1, 1), end=today)
    for kind, number in (("quarter", 2), ("quarter", 5), ("week", 1)):
        with pytest.raises(ValueError, match=r".+"):
            of_kind(kind, 2026, number, today)
