"""Entries of registers: recorded with the fields of their register, corrected, cancelled."""

from datetime import date
from typing import Any

import pytest

from services.returns import entries
from services.returns.commands import CorrectEntry, RecordEntry
from shared.events.envelope import Event, event_id
from shared.events.returns import Entry, EntryCorrectedData, EntryData
from shared.records.model import HeldRecord
from shared.refusal import Refused
from tests.support.builders import DAY, SUBJECT, UNIT, at, recorded

DECISION = {"subject": "working_regulation", "action": "issued", "number": "418/QĐ-UBND"}
WHEN = date(2021, 9, 7)


def record(**changes: Any) -> Event:
    usual = {
        "unit": "10525",
        "register_code": "decisions",
        "happened_on": WHEN,
        "values": DECISION,
    }
    return entries.record(SUBJECT, RecordEntry(**(usual | changes)), recorded())


def correct(held: HeldRecord | None, **changes: Any) -> Event:
    return entries.correct(held, CorrectEntry(reason="slip", **changes), recorded())


def a_held(entry: Entry | None = None) -> HeldRecord:
    usual = Entry(unit=UNIT, register_code="decisions", happened_on=WHEN, values=DECISION)
    state = {"entry": (entry or usual).model_dump(mode="json")}
    return HeldRecord(id=SUBJECT, sequence=1, state=state, recorded_at=at(date(2023, 11, 13)))


def told(refusal: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(field, rule) for field, rule, _ in refusal.value.errors]


def test_an_entry_is_recorded_under_the_day_on_which_it_happened() -> None:
    event = record(values=DECISION | {"number": " 418/QĐ-UBND "})

    entry = Entry(unit=UNIT, register_code="decisions", happened_on=WHEN, values=DECISION)
    assert event.data == EntryData(entry=entry)
    assert (event.type, event.occurred_on) == ("returns.entry.recorded", WHEN)
    assert (event.subject, event.sequence) == (SUBJECT, 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"register_code": "jokes"}, [("register_code", "unknown_register")]),
        ({"happened_on": date(2023, 11, 15)}, [("happened_on", "in_the_future")]),
        ({"happened_on": date(1889, 11, 15)}, [("happened_on", "too_old")]),
        ({"unit": "99999"}, [("unit", "unknown_unit")]),
        (
            {"values": {"action": "burnt", "colour": "red"}},
            [
                ("values.colour", "value_unknown"),
                ("values.subject", "value_missing"),
                ("values.action", "value_not_listed"),
                ("values.number", "value_missing"),
            ],
        ),
    ],
)
def test_an_entry_is_refused_with_all_that_is_wrong(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refused) as refusal:
        record(**changes)
    assert expected == told(refusal)


def test_a_correction_replaces_the_values_that_it_names() -> None:
    event = correct(a_held(), values={"number": "52/QĐ-UBND"}, happened_on=date(2023, 5, 19))

    assert isinstance(event.data, EntryCorrectedData)
    assert event.data.entry.values == DECISION | {"number": "52/QĐ-UBND"}
    assert event.data.entry.happened_on == date(2023, 5, 19)
    assert sorted(event.data.changed) == ["happened_on", "values"]
    assert event.data.corrects == event_id(SUBJECT, 1)
    assert (event.type, event.sequence, event.occurred_on) == ("returns.entry.corrected", 2, DAY)


def test_a_cancelled_entry_is_left_alone() -> None:
    event = correct(a_held(), cancelled=True)
    assert isinstance(event.data, EntryCorrectedData)
    assert (event.data.entry.cancelled, event.data.changed) == (True, ("cancelled",))

    with pytest.raises(Refused) as refusal:
        correct(a_held(event.data.entry), cancelled=False)
    assert (refusal.value.rule, refusal.value.status) == ("entry_cancelled", 409)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"values": {"number": "418/QĐ-UBND"}}, ("", "nothing_changes")),
        ({"happened_on": date(2023, 11, 15)}, ("happened_on", "in_the_future")),
        ({"values": {"action": "burnt"}}, ("values.action", "value_not_listed")),
    ],
)
def test_a_correction_is_held_to_the_same_rules(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refusal:
        correct(a_held(), **changes)
    assert told(refusal) == [expected]


def test_what_is_no_entry_is_unknown() -> None:
    """A return has an id among the same records."""
    other = HeldRecord(id=SUBJECT, sequence=1, state={"ward_return": {}}, recorded_at=at())
    for held in (None, other):
        with pytest.raises(Refused) as refusal:
            correct(held, cancelled=True)
        assert (refusal.value.rule, refusal.value.status) == ("unknown_entry", 404)
