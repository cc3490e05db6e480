"""Returns that are missing: past their due day, not delivered, of units that are served."""

from collections import Counter
from datetime import date
from typing import Any

from services.returns.missing import missing
from shared.forms import FORMS
from shared.obligations import owed
from shared.units import unit
from tests.support.builders import UNIT

FORM = FORMS["health_station"]
ON = date(2022, 12, 31)


def a_row(start: date, end: date, status: str) -> Any:
    return {
        "unit": UNIT,
        "form": FORM.code,
        "period_start": start,
        "period_end": end,
        "status": status,
    }


def test_what_is_past_its_due_day_and_not_delivered_is_missing() -> None:
    january = a_row(date(2022, 1, 1), date(2022, 1, 31), "submitted")
    told = missing([january], ON)
    late = [one for one in owed(unit(UNIT), date(2021, 11, 26), ON) if one.days_late(ON)]
    assert told.total() == len(late) - 1
    assert told[FORM.department] > 0
    february = a_row(date(2022, 2, 1), date(2022, 2, 28), "accepted")
    assert missing([january, february], ON) == told - Counter([FORM.department])


def test_what_was_sent_back_is_missing_again() -> None:
    period = date(2022, 1, 1), date(2022, 1, 31)
    back, there = a_row(*period, "sent_back"), a_row(*period, "accepted")
    assert missing([back], ON)[FORM.department] == missing([there], ON)[FORM.department] + 1


def test_units_that_never_told_anything_are_not_known_to_be_served() -> None:
    assert missing([], ON).total() == 0
