"""Decisions about returns: one of each unit, form and period, corrected line by line."""

from datetime import date
from typing import Any

import pytest

from services.returns import model
from services.returns.commands import AcceptReturn, CorrectReturn
from shared.events.envelope import Event, event_id
from shared.events.returns import (
    Absence,
    DeclaredFigure,
    Return,
    ReturnCorrectedData,
    ReturnData,
)
from shared.records.model import HeldRecord
from shared.refusal import Refused
from tests.support.builders import DAY, UNIT, at, recorded

REVENUE: dict[str, Any] = {"indicator": "budget.revenue_actual", "amount": 8_837_105_265}
PLAN: dict[str, Any] = {"indicator": "budget.revenue_plan", "absence": "missing"}


def a_command(*lines: dict[str, Any], **changes: Any) -> AcceptReturn:
    usual = {
        "unit": "10525",
        "form": "budget",
        "period_start": date(2023, 1, 1),
        "period_end": date(2023, 10, 31),
        "figures": lines or (REVENUE, PLAN),
    }
    return AcceptReturn(**(usual | changes))


def a_ward_return(*figures: DeclaredFigure) -> Return:
    return Return(
        unit=UNIT,
        form="budget",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 10, 31),
        figures=figures,
    )


ACCEPTED = a_ward_return(
    DeclaredFigure(indicator="budget.revenue_actual", amount=8_837_105_265),
    DeclaredFigure(indicator="budget.revenue_plan", absence=Absence.MISSING),
)


def a_held_return() -> HeldRecord:
    return HeldRecord(
        id=model.return_id(a_command()),
        sequence=1,
        state={"ward_return": ACCEPTED.model_dump(mode="json")},
        recorded_at=at(date(2023, 11, 13)),
    )


def correct(held: HeldRecord | None, *lines: dict[str, Any]) -> Event:
    command = CorrectReturn.model_validate({"figures": lines, "reason": "slip"})
    return model.correct(held, command, recorded())


def told(refusal: pytest.ExceptionInfo[Refused]) -> tuple[str, str, int]:
    return refusal.value.rule, refusal.value.field, refusal.value.status


def test_a_return_is_accepted_with_its_lines_as_declared() -> None:
    event = model.accept(None, a_command(), recorded(migrated=True))

    assert ReturnData(ward_return=ACCEPTED) == event.data
    assert (event.type, event.sequence, event.migrated) == ("returns.return.accepted", 1, True)
    assert (date(2023, 10, 31), DAY) == (event.occurred_on, event.recorded_on)


def test_there_is_one_return_of_a_unit_form_and_period() -> None:
    """The code and the identity of a unit say the same; another period is another return."""
    same = model.return_id(a_command(unit="2004-10525"))
    other = model.return_id(a_command(period_end=date(2023, 9, 30)))

    assert (
        same == model.return_id(a_command()) == model.accept(None, a_command(), recorded()).subject
    )
    assert other != same


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"form": "poetry"}, ("unknown_form", "form", 422)),
        ({"period_end": date(2022, 12, 31)}, ("period_backwards", "period_end", 422)),
        ({"period_end": date(2023, 11, 15)}, ("in_the_future", "period_end", 422)),
        ({"period_start": date(2023, 2, 1)}, ("not_one_year", "period_start", 422)),
        ({"period_start": date(2023, 1, 2)}, ("not_one_year", "period_start", 422)),
        ({"period_start": date(2022, 1, 1)}, ("not_one_year", "period_start", 422)),
        ({"unit": "99999"}, ("unknown_unit", "unit", 422)),
        ({"unit": "2025-10525"}, ("unit_not_in_force", "unit", 422)),
    ],
)
def test_a_return_is_refused(changes: dict[str, Any], expected: tuple[str, str, int]) -> None:
    with pytest.raises(Refused) as refusal:
        model.accept(None, a_command(**changes), recorded())
    assert expected == told(refusal)


def test_a_return_is_accepted_once() -> None:
    with pytest.raises(Refused) as refusal:
        model.accept(a_held_return(), a_command(), recorded())
    assert told(refusal) == ("return_exists", "", 409)


@pytest.mark.parametrize(
    ("line", "rule", "field"),
    [
        ({"indicator": "budget.jokes", "amount": 1}, "line_not_of_form", "figures.1.indicator"),
        (REVENUE, "line_twice", "figures.1.indicator"),
        (PLAN | {"amount": 0}, "amount_or_absence", "figures.1"),
        ({"indicator": "budget.revenue_plan"}, "amount_or_absence", "figures.1"),
    ],
)
def test_a_bad_line_is_refused_by_its_place(line: dict[str, Any], rule: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        model.accept(None, a_command(REVENUE, line), recorded())
    assert (rule, field, 422) == told(refusal)

    with pytest.raises(Refused) as refusal:
        correct(a_held_return(), REVENUE, line)
    assert (rule, field, 422) == told(refusal)


def test_a_zero_is_a_declared_amount() -> None:
    event = model.accept(None, a_command(REVENUE | {"amount": 0}), recorded())

    zero = DeclaredFigure(indicator="budget.revenue_actual", amount=0)
    assert ReturnData(ward_return=a_ward_return(zero)) == event.data


def test_a_correction_replaces_lines_adds_lines_and_leaves_the_others() -> None:
    event = correct(
        a_held_return(),
        PLAN | {"absence": None, "amount": 9},
        {"indicator": "budget.expenditure_actual", "absence": "not_applicable"},
        REVENUE,
    )

    expected = a_ward_return(
        ACCEPTED.figures[0],
        DeclaredFigure(indicator="budget.revenue_plan", amount=9),
        DeclaredFigure(indicator="budget.expenditure_actual", absence=Absence.NOT_APPLICABLE),
    )
    assert isinstance(event.data, ReturnCorrectedData)
    assert expected == event.data.ward_return
    assert event.data.changed == ("budget.revenue_plan", "budget.expenditure_actual")
    assert event_id(event.subject, 1) == event.data.corrects
    assert (event.type, event.sequence, event.occurred_on) == ("returns.return.corrected", 2, DAY)


def test_the_correction_of_an_unknown_return_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        correct(None, REVENUE)
    assert told(refusal) == ("unknown_return", "id", 404)


def test_a_correction_that_changes_nothing_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        correct(a_held_return(), REVENUE, PLAN)
    assert told(refusal) == ("nothing_changes", "figures", 422)
