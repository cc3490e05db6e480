"""What returns and entries state, and that nothing else states anything."""

import json
from datetime import date
from pathlib import Path

import pytest

from services.reporting.projections.statements import Statement, statement
from shared.events import CATALOGUE
from shared.events.examples import EXAMPLES
from shared.events.reader import read_event
from shared.events.returns import (
    Absence,
    DeclaredFigure,
    Entry,
    EntryData,
    EntryRecorded,
    Return,
    ReturnAccepted,
    ReturnData,
    ReturnStatus,
)
from shared.quantity import Qualifier
from tests.support.builders import UNIT, a_return, an_event

GOLDEN = Path(__file__).parents[3] / "shared" / "events" / "golden"
LINE = DeclaredFigure(indicator="budget.revenue_actual", amount=7)


def test_a_return_states_its_lines_as_its_event_holds_them() -> None:
    event = a_return(
        LINE,
        DeclaredFigure(indicator="budget.revenue_plan", absence=Absence.MISSING),
        DeclaredFigure(
            indicator="education.pupils",
            amount=93,
            decimals=1,
            qualifier=Qualifier.ABOUT,
            dimensions={"school": "Trường A"},
            until=date(2025, 12, 31),
        ),
    )

    assert statement(event) == Statement(
        unit=UNIT,
        kind="return",
        code="budget",
        starts=date(2023, 1, 1),
        ends=date(2023, 10, 31),
        status="accepted",
        content=[
            {"indicator": "budget.revenue_actual", "amount": 7},
            {"indicator": "budget.revenue_plan", "absence": "missing"},
            {
                "indicator": "education.pupils",
                "amount": 93,
                "decimals": 1,
                "qualifier": "about",
                "dimensions": {"school": "Trường A"},
                "until": "2025-12-31",
            },
        ],
    )


@pytest.mark.parametrize("status", [None, *ReturnStatus])
def test_a_return_states_its_status_and_one_of_before_there_were_others_is_accepted(
    status: ReturnStatus | None,
) -> None:
    told = Return(
        unit=UNIT,
        form="budget",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 1, 31),
        figures=(LINE,),
        status=status,
    )
    found = statement(an_event(ReturnAccepted, ReturnData(ward_return=told)))

    assert found
    assert found.status == (status or "accepted")


@pytest.mark.parametrize(("cancelled", "status"), [(False, "recorded"), (True, "cancelled")])
def test_an_entry_states_its_values_on_its_day(cancelled: bool, status: str) -> None:  # noqa: FBT001
    entry = Entry(
        unit=UNIT,
        register_code="titles",
        happened_on=date(2021, 12, 31),
        values={"title": "law"},
        cancelled=cancelled,
    )

    assert statement(an_event(EntryRecorded, EntryData(entry=entry))) == Statement(
        unit=UNIT,
        kind="entry",
        code="titles",
        starts=date(2021, 12, 31),
        ends=date(2021, 12, 31),
        status=status,
        content={"title": "law"},
    )


@pytest.mark.parametrize("name", CATALOGUE)
def test_returns_and_entries_state_something_and_nothing_else_does(name: str) -> None:
    found = statement(EXAMPLES[name])

    assert (found is not None) == name.startswith("returns.")
    assert not found or json.dumps(found.content)


def test_an_event_of_the_first_release_states_what_it_said() -> None:
    """Golden bytes of a return from before lines had anything but an amount."""
    event = read_event((GOLDEN / "returns.return.accepted.v1.json").read_bytes())
    found = statement(event)

    assert found
    assert found.status == "accepted"
    for line in found.content:
        assert isinstance(line, dict)
        assert line.keys() <= {"indicator", "amount", "absence"}
