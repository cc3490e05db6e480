"""Who owes what, since when, how late: a year of monthly returns, some late, some sent back."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.returns.model import return_id
from services.returns.owed import Owed, stand
from services.returns.steps import Step
from shared.events.returns import DeclaredFigure, ReturnStatus
from shared.forms import FORMS
from shared.obligations import owed
from shared.units import unit
from tests.support.builders import UNIT, at

FORM = FORMS["health_station"]
FULL = tuple(DeclaredFigure(indicator=line.indicator, amount=1) for line in FORM.lines)


def month(number: int) -> tuple[date, date]:
    start = date(2022, number, 1)
    following = date(2022 + number // 12, number % 12 + 1, 1)
    return start, following - timedelta(days=1)


def steps(
    number: int, *taken: tuple[str, date], figures: Sequence[DeclaredFigure] = FULL
) -> list[Step]:
    """Return the steps of a month's return: what happened, and on which day."""
    start, end = month(number)
    return [
        Step(
            id=return_id(UNIT, FORM.code, start, end),
            sequence=sequence,
            unit=UNIT,
            form=FORM.code,
            period_start=start,
            period_end=end,
            status=ReturnStatus(status),
            figures=figures,
            recorded_at=at(day),
            reason=None,
        )
        for sequence, (status, day) in enumerate(taken, 1)
    ]


def stood(taken: Sequence[Step], on: date) -> list[Owed]:
    return stand(UNIT, owed(unit(UNIT), date(2022, 1, 1), on, [FORM]), taken, on)


YEAR = [
    # In time, accepted. Due days: ten working days after the month.
    *steps(1, ("submitted", date(2022, 2, 10)), ("accepted", date(2022, 2, 14))),
    # Late by six days.
    *steps(2, ("submitted", date(2022, 3, 20)), ("accepted", date(2022, 3, 21))),
    # In time, but sent back; what was accepted came late.
    *steps(
        3,
        ("submitted", date(2022, 4, 5)),
        ("sent_back", date(2022, 4, 12)),
        ("submitted", date(2022, 4, 25)),
        ("accepted", date(2022, 4, 26)),
        ("accepted", date(2022, 6, 1)),
    ),
    # Sent back, and nothing came since.
    *steps(4, ("submitted", date(2022, 5, 5)), ("sent_back", date(2022, 5, 9))),
    # Submitted twice, not judged yet.
    *steps(5, ("submitted", date(2022, 6, 10)), ("submitted", date(2022, 6, 13))),
    # Accepted at once, with a line left out.
    *steps(6, ("accepted", date(2022, 7, 12)), figures=FULL[1:]),
    # July: nothing.
]


def test_a_year_of_returns_stands_as_its_steps_say() -> None:
    every = stood(YEAR, date(2022, 8, 20))

    told = [(one.period_start.month, one.state, one.since, one.days_late) for one in every]
    assert told == [
        (1, "accepted", date(2022, 2, 14), 0),
        (2, "accepted", date(2022, 3, 21), 6),
        (3, "accepted", date(2022, 4, 26), 10),
        (4, "sent_back", date(2022, 5, 9), 95),
        (5, "submitted", date(2022, 6, 10), 0),
        (6, "accepted", date(2022, 7, 12), 0),
        (7, "open", date(2022, 8, 1), 8),
    ]
    assert [one.period_start.month for one in every if not one.is_settled] == [4, 5, 6, 7]


def test_a_due_day_is_ten_working_days_after_the_period() -> None:
    """Two of them are no such days: Hùng kings (11 April 2022), and the 1st of May moved on."""
    due = [one.due_on for one in stood([], date(2022, 5, 1))]
    assert due == [date(2022, 2, 18), date(2022, 3, 14), date(2022, 4, 15), date(2022, 5, 17)]


def test_what_was_delivered_tells_which_required_lines_it_left_out() -> None:
    every = stood(YEAR, date(2022, 8, 20))
    left_out = {one.period_start.month: one.left_out for one in every if one.left_out}

    assert left_out.keys() == {6}
    assert len(left_out[6]) == 1


def test_an_obligation_names_the_return_that_is_to_be_made() -> None:
    """Whether there is one or not."""
    every = stood(YEAR, date(2022, 8, 20))
    assert [one.return_id for one in every] == [
        return_id(UNIT, FORM.code, *month(number)) for number in range(1, 8)
    ]


def test_what_is_known_of_a_day_is_what_was_recorded_by_then() -> None:
    """On 13 April the return of March had been sent back; that it would come late was not known."""
    known = [step for step in YEAR if step.recorded_at <= at(date(2022, 4, 13))]
    march = stood(known, date(2022, 4, 13))[2]
    assert (march.state, march.since, march.days_late) == ("sent_back", date(2022, 4, 12), 0)


def test_the_right_departments_form_and_label_are_told() -> None:
    (first, *_) = stood([], date(2022, 3, 1))
    assert (first.department, first.form, first.label) == (FORM.department, FORM.code, FORM.label)
