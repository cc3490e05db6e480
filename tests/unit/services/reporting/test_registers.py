"""Figures of registers: which entries count, and what the picked one says."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from services.reporting.figure import Absence, Found, Period
from services.reporting.registers import counted, registers
from services.reporting.statements import Statement
from shared.indicators.model import Indicator
from tests.support.told import an_entry

TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))

MEETINGS = [
    an_entry("meetings", date(2021, 5, 31), type="council_session", number="0"),
    an_entry("meetings", date(2021, 6, 1), type="council_session", number="1"),
    an_entry("meetings", date(2022, 3, 1), type="leadership"),
    an_entry("meetings", date(2022, 3, 2), "cancelled", type="leadership"),
    an_entry("meetings", date(2023, 11, 30), type="council_session", number="2"),
    an_entry("meetings", date(2023, 12, 1), type="council_session", number="3"),
]
TITLES = [
    an_entry("titles", date(2021, 12, 31), title="law"),
    an_entry("titles", date(2022, 12, 31), title="law"),
    an_entry("titles", date(2022, 12, 31), title="culture"),
]


def find(
    statements: Sequence[Statement],
    entry: Mapping[str, Any],
    kind: str = "flow",
    span: Period = TERM,
    *,
    asked: bool = False,
    **narrowing: str,
) -> Found:
    indicator = Indicator.model_validate(
        {"id": "a.b", "label": "Chỉ tiêu", "kind": kind, "department": "some", "entry": entry}
    )
    assert indicator.entry
    register = registers(statements).get(indicator.entry.register_code, ())
    return counted(indicator, narrowing, span, register, span_asked_for=asked)


SESSIONS = {"register": "meetings", "where": {"type": "council_session"}}


def test_entries_of_the_span_are_counted() -> None:
    found = find(MEETINGS, SESSIONS)

    assert (found.value, found.period) == (2, TERM)
    assert [source.split()[1] for source in found.sources] == ["2021-06-01", "2023-11-30"]


def test_a_count_is_narrowed_by_a_field() -> None:
    meetings = {"register": "meetings", "dimension": "type"}

    assert find(MEETINGS, meetings).value == 3
    assert find(MEETINGS, meetings, type="leadership").value == 1
    assert find(MEETINGS, meetings, type="other").value == 0


def test_a_level_counts_all_up_to_the_end_of_the_span() -> None:
    assert find(MEETINGS, SESSIONS, "level").value == 3
    year = Period(start=date(2023, 1, 1), end=date(2023, 11, 30))
    assert find(MEETINGS, SESSIONS, "level", year, asked=True).value == 1


def test_a_register_in_which_there_is_nothing_is_missing() -> None:
    assert find(TITLES, SESSIONS).value is Absence.MISSING
    assert find(MEETINGS[3:4], SESSIONS).value is Absence.MISSING


@pytest.mark.parametrize(
    ("pick", "number", "day"),
    [("first", "1", date(2021, 6, 1)), ("latest", "2", date(2023, 11, 30))],
)
def test_an_entry_says_what_it_holds(pick: str, number: str, day: date) -> None:
    found = find(MEETINGS, {**SESSIONS, "say": "number", "pick": pick}, "text")

    assert (found.value, found.period) == (number, Period(start=day, end=day))
    assert len(found.sources) == 1


def test_an_entry_without_the_field_says_nothing() -> None:
    leadership = {"register": "meetings", "where": {"type": "leadership"}, "say": "number"}

    assert find(MEETINGS, leadership, "text").value is Absence.MISSING


def test_an_entry_says_its_day_and_its_year() -> None:
    first = {**SESSIONS, "pick": "first"}

    assert find(MEETINGS, {**first, "say": "day"}, "text").value == "2021-06-01"
    assert find(MEETINGS, {**first, "say": "year"}, "text").value == "2021"


def test_what_all_say_is_said_once_each() -> None:
    every = {"register": "titles", "say": "title", "pick": "all"}
    found = find(TITLES, every, "text")

    assert (found.value, found.period) == ("law; culture", TERM)
    assert len(found.sources) == 3


def test_the_latest_text_holds_on_unless_a_year_is_asked_for() -> None:
    """A decision of before the period is still in force; a title of 2022 is none of 2023."""
    law = {"register": "titles", "where": {"title": "law"}, "say": "year"}
    year = Period(start=date(2023, 1, 1), end=date(2023, 11, 30))

    assert find(TITLES, law, "text", year).value == "2022"
    assert find(TITLES, law, "text", year, asked=True).value is Absence.MISSING
    assert find(TITLES, {**law, "pick": "first"}, "text", year).value is Absence.MISSING
