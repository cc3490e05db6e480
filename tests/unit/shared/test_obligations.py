"""What is owed, for which periods and until when, by the forms' own data."""

from datetime import date
from typing import Any

import pytest

from shared.forms import FORMS, Form
from shared.obligations import Obligation, owed
from shared.units import unit

WARD, SUCCESSOR = unit("2004-10525"), unit("2025-10525")

type Told = tuple[date, date, date, date | None]


def a_form(**changes: Any) -> Form:
    usual = {
        "code": "education",
        "department": "education",
        "label": "Biểu",
        "period": "quarter",
        "from": date(2023, 2, 10),
        "due": {"days": 10, "kind": "calendar"},
        "lines": ["education.schools"],
    }
    return Form.model_validate(usual | changes)


def told(form: Form, starts: date, until: date) -> list[Told]:
    return [
        (one.period.start, one.period.end, one.since, one.due_on)
        for one in owed(WARD, starts, until, [form])
    ]


def test_a_form_is_owed_from_its_first_day_on_when_each_period_is_over() -> None:
    """The first period begins with the form; 10 July 2023 is a Monday, 10 April too."""
    first = (date(2023, 2, 10), date(2023, 3, 31), date(2023, 4, 1), date(2023, 4, 10))
    second = (date(2023, 4, 1), date(2023, 6, 30), date(2023, 7, 1), date(2023, 7, 10))

    assert told(a_form(), date(2020, 1, 1), date(2023, 3, 31)) == []
    assert told(a_form(), date(2020, 1, 1), date(2023, 4, 1)) == [first]
    assert told(a_form(), date(2020, 1, 1), date(2023, 7, 1)) == [first, second]
    assert told(a_form(), date(2023, 4, 1), date(2023, 7, 1)) == [second]


def test_a_plan_is_owed_when_its_period_has_begun() -> None:
    form = a_form(period="year", ahead=True, **{"from": date(2022, 1, 1)})

    assert told(form, date(2023, 1, 1), date(2023, 1, 1)) == [
        (date(2023, 1, 1), date(2023, 12, 31), date(2023, 1, 1), date(2023, 1, 11))
    ]


def test_a_statutory_year_ends_in_december_and_begins_in_the_one_before() -> None:
    form = a_form(period="statutory_year", due=None, **{"from": date(2021, 12, 15)})

    assert told(form, date(2021, 12, 15), date(2022, 12, 15)) == [
        (date(2021, 12, 15), date(2022, 12, 14), date(2022, 12, 15), None)
    ]


def test_a_period_in_which_units_change_is_owed_by_both_for_their_days() -> None:
    """The ward ended on 30 June 2025, its successor began on the day after."""
    form, until = a_form(period="year"), date(2026, 6, 1)
    days = [
        [(one.period.start, one.period.end) for one in owed(of, date(2025, 1, 1), until, [form])]
        for of in (WARD, SUCCESSOR)
    ]
    assert days == [
        [(date(2025, 1, 1), date(2025, 6, 30))],
        [(date(2025, 7, 1), date(2025, 12, 31))],
    ]


def test_text_for_a_report_of_its_own_span_is_owed_for_no_period() -> None:
    assert told(FORMS["narrative"], date(2021, 1, 1), date(2024, 1, 1)) == []


def an_obligation() -> Obligation:
    (one,) = owed(WARD, date(2023, 1, 1), date(2023, 4, 1), [a_form()])
    return one


@pytest.mark.parametrize(
    ("form", "start", "end", "expected"),
    [
        ("education", date(2023, 2, 10), date(2023, 3, 31), True),
        ("education", date(2023, 1, 1), date(2023, 3, 31), True),
        ("education", date(2023, 2, 11), date(2023, 3, 31), False),
        ("education", date(2023, 2, 10), date(2023, 3, 30), False),
        ("budget", date(2023, 2, 10), date(2023, 3, 31), False),
    ],
)
def test_a_return_meets_it_that_tells_the_whole_period(
    *, form: str, start: date, end: date, expected: bool
) -> None:
    assert an_obligation().met_by(form, start, end) is expected


def test_late_is_what_comes_after_the_last_good_day() -> None:
    days = [an_obligation().days_late(date(2023, 4, day)) for day in (1, 10, 11, 30)]
    assert days == [0, 0, 1, 20]


def test_every_obligation_of_the_term_is_in_time_on_a_working_day() -> None:
    """Sorted as the periods end; each form of a kind of period has some."""
    term = owed(WARD, date(2021, 6, 1), date(2023, 12, 1))

    assert {one.form.code for one in term} == FORMS.keys() - {"narrative"}
    assert [one.period.end for one in term] == sorted(one.period.end for one in term)
    assert all(one.due_on and one.since < one.due_on for one in term)
    assert sum(one.form.code == "health_station" for one in term) == 30
