"""Decisions about returns: one of each unit, form and period, judged, corrected line by line."""

from datetime import date
from typing import Any

import pytest

from services.returns import model
from services.returns.commands import (
    AcceptReturn,
    AcceptSubmission,
    CorrectReturn,
    SendBack,
    SubmitReturn,
)
from services.returns.model import Draft, HeldReturn
from shared.events.envelope import Event, event_id
from shared.events.returns import (
    Absence,
    DeclaredFigure,
    Return,
    ReturnCorrectedData,
    ReturnData,
    ReturnStatus,
)
from shared.quantity import Qualifier
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


def a_submission(*lines: dict[str, Any], **changes: Any) -> SubmitReturn:
    return SubmitReturn(**({**vars(a_command(*lines))} | changes))


def a_ward_return(
    *figures: DeclaredFigure, status: ReturnStatus | None = ReturnStatus.ACCEPTED
) -> Return:
    return Return(
        unit=UNIT,
        form="budget",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 10, 31),
        figures=figures,
        status=status,
    )


FIGURES = (
    DeclaredFigure(indicator="budget.revenue_actual", amount=8_837_105_265),
    DeclaredFigure(indicator="budget.revenue_plan", absence=Absence.MISSING),
)
ACCEPTED = a_ward_return(*FIGURES)


def a_held(status: ReturnStatus | None = ReturnStatus.ACCEPTED, sequence: int = 1) -> HeldReturn:
    return HeldReturn(
        id=model.id_of(a_command()),
        sequence=sequence,
        recorded_at=at(date(2023, 11, 13)),
        ward_return=a_ward_return(*FIGURES, status=status),
    )


def correct(held: HeldReturn | None, *lines: dict[str, Any]) -> Event:
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
    same = model.id_of(a_command(unit="2004-10525"))
    other = model.id_of(a_command(period_end=date(2023, 9, 30)))

    assert same == model.id_of(a_command()) == model.accept(None, a_command(), recorded()).subject
    assert other != same


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"form": "poetry"}, ("unknown_form", "form", 422)),
        ({"period_end": date(2022, 12, 31)}, ("period_backwards", "period_end", 422)),
        ({"period_end": date(2023, 11, 15)}, ("in_the_future", "period_end", 422)),
        ({"period_start": date(2023, 2, 1)}, ("not_a_period", "period_start", 422)),
        ({"period_start": date(2023, 1, 2)}, ("not_a_period", "period_start", 422)),
        ({"period_start": date(2022, 1, 1)}, ("not_a_period", "period_start", 422)),
        ({"unit": "99999"}, ("unknown_unit", "unit", 422)),
        ({"unit": "2025-10525"}, ("unit_not_in_force", "unit", 422)),
    ],
)
def test_a_return_is_refused(changes: dict[str, Any], expected: tuple[str, str, int]) -> None:
    """Whether it is accepted at once or submitted first."""
    with pytest.raises(Refused) as refusal:
        model.accept(None, a_command(**changes), recorded())
    assert expected == told(refusal)

    with pytest.raises(Refused) as refusal:
        model.submit(None, a_submission(**changes), recorded())
    assert expected == told(refusal)


def test_a_return_is_accepted_once() -> None:
    with pytest.raises(Refused) as refusal:
        model.accept(a_held(), a_command(), recorded())
    assert told(refusal) == ("return_exists", "", 409)


def test_a_return_accepted_before_there_were_states_is_accepted() -> None:
    """Its last event names no status."""
    with pytest.raises(Refused) as refusal:
        model.submit(a_held(None), a_submission(), recorded())
    assert told(refusal) == ("return_exists", "", 409)

    event = correct(a_held(None), PLAN | {"absence": None, "amount": 9})
    assert isinstance(event.data, ReturnCorrectedData)
    assert event.data.ward_return.status is ReturnStatus.ACCEPTED


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
        correct(a_held(), REVENUE, line)
    assert (rule, field, 422) == told(refusal)


def test_a_zero_is_a_declared_amount() -> None:
    event = model.accept(None, a_command(REVENUE | {"amount": 0}), recorded())

    zero = DeclaredFigure(indicator="budget.revenue_actual", amount=0)
    assert ReturnData(ward_return=a_ward_return(zero)) == event.data


@pytest.mark.parametrize("typed", ["khoảng 4.100", {"amount": 4100, "qualifier": "about"}])
def test_an_amount_is_told_as_people_type_it_or_in_the_parts_that_are_published(
    typed: str | dict[str, Any],
) -> None:
    """So that what was read can be submitted again."""
    parts = {"amount": typed} if isinstance(typed, str) else typed
    event = model.accept(None, a_command(REVENUE | parts), recorded())

    about = DeclaredFigure(
        indicator="budget.revenue_actual", amount=4100, qualifier=Qualifier.ABOUT
    )
    assert ReturnData(ward_return=a_ward_return(about)) == event.data


def test_a_correction_replaces_lines_adds_lines_and_leaves_the_others() -> None:
    event = correct(
        a_held(),
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


@pytest.mark.parametrize("status", [ReturnStatus.SUBMITTED, ReturnStatus.SENT_BACK])
def test_what_is_not_accepted_is_submitted_anew_and_not_corrected(status: ReturnStatus) -> None:
    with pytest.raises(Refused) as refusal:
        correct(a_held(status), REVENUE)
    assert told(refusal) == ("not_accepted", "", 409)


def test_a_correction_that_changes_nothing_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        correct(a_held(), REVENUE, PLAN)
    assert told(refusal) == ("nothing_changes", "figures", 422)


def test_the_same_lines_in_another_order_are_submitted_already() -> None:
    with pytest.raises(model.AlreadySubmitted) as same:
        model.submit(a_held(ReturnStatus.SUBMITTED, 3), a_submission(PLAN, REVENUE), recorded())
    assert same.value.held.sequence == 3


def test_what_was_sent_back_may_be_submitted_unchanged() -> None:
    """The ward office may have been wrong; it has to judge again."""
    event = model.submit(a_held(ReturnStatus.SENT_BACK, 2), a_submission(), recorded())

    assert (event.type, event.sequence, event.occurred_on) == ("returns.return.submitted", 3, DAY)
    assert isinstance(event.data, ReturnData)
    assert event.data.ward_return == a_ward_return(*FIGURES, status=ReturnStatus.SUBMITTED)


def test_a_draft_is_submitted_in_the_version_that_was_read() -> None:
    draft = Draft(version=7, ward_return=a_ward_return(FIGURES[0], status=None))
    held = HeldReturn(
        id=model.id_of(a_command()), sequence=0, recorded_at=at(), ward_return=None, draft=draft
    )
    event = model.submit(held, a_submission(figures=None, draft=7), recorded())
    assert isinstance(event.data, ReturnData)
    assert (event.sequence, event.data.ward_return.figures) == (1, FIGURES[:1])

    with pytest.raises(Refused) as refusal:
        model.submit(held, a_submission(figures=None, draft=6), recorded())
    assert told(refusal) == ("draft_changed", "draft", 412)


@pytest.mark.parametrize("both", [{"figures": None}, {"draft": 1}])
def test_a_submission_has_lines_of_its_own_or_those_of_a_draft(both: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        model.submit(None, a_submission(**both), recorded())
    assert told(refusal) == ("figures_or_draft", "figures", 422)


def test_who_judges_names_the_version_that_was_read() -> None:
    held = a_held(ReturnStatus.SUBMITTED, 2)
    for judge, command in (
        (model.accept_submission, AcceptSubmission(sequence=1)),
        (model.send_back, SendBack(sequence=1, reason="r")),
    ):
        with pytest.raises(Refused) as refusal:
            judge(held, command, recorded())  # type: ignore[arg-type]  # each takes its own
        assert told(refusal) == ("submitted_anew", "sequence", 409)


def test_an_accepted_submission_happened_at_the_end_of_its_period() -> None:
    """As one that was accepted at once; its lines are those that were submitted."""
    held = a_held(ReturnStatus.SUBMITTED, 2)
    event = model.accept_submission(held, AcceptSubmission(sequence=2), recorded())

    assert (event.type, event.sequence) == ("returns.return.accepted", 3)
    assert event.occurred_on == date(2023, 10, 31)
    assert event.data == ReturnData(ward_return=ACCEPTED)
