"""Lineages of units: told whole by an office above them, refused where something is wrong."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from services.returns import lineage
from services.returns.commands import CorrectLineage
from shared.events.envelope import Event
from shared.events.lineage import LineageData, Share, Way, lineage_id
from shared.records.model import HeldRecord
from shared.refusal import Refused
from tests.support.builders import at, recorded

OLD, FIRST, SECOND = "2004-10528", "2025-10532", "2025-10537"
PARTS = [
    {"new": FIRST, "share": "part", "weight": "4512/6713"},
    {"new": SECOND, "share": "part", "weight": "2201/6713"},
]
USUAL = {
    "unit": OLD,
    "ways": PARTS,
    "legal_basis": " Nghị quyết 1669/NQ-UBTVQH15,\nĐiều 1 ",
    "reason": "Theo số liệu dân cư khi bàn giao",
}
ON = date(2026, 3, 2)


def correct(held: HeldRecord | None = None, **changes: Any) -> Event:
    told = lineage.told(CorrectLineage(**(USUAL | changes)))
    return lineage.correct(held, told, recorded(ON))


def held_after(event: Event) -> HeldRecord:
    assert isinstance(event.data, LineageData)
    return HeldRecord(
        id=event.subject,
        sequence=event.sequence,
        state=event.data.model_dump(mode="json"),
        recorded_at=at(ON),
    )


def test_a_lineage_is_told_whole_with_the_days_of_the_change() -> None:
    event = correct()
    assert isinstance(event.data, LineageData)
    told = event.data.lineage
    assert (event.subject, event.sequence) == (lineage_id(OLD), 1)
    assert (told.unit, told.legal_on, told.operates_on) == (
        OLD,
        date(2025, 6, 16),
        date(2025, 7, 1),
    )
    assert told.ways == (
        Way(new=FIRST, share=Share.PART, weight=Fraction(4512, 6713)),
        Way(new=SECOND, share=Share.PART, weight=Fraction(2201, 6713)),
    )
    assert told.legal_basis == "Nghị quyết 1669/NQ-UBTVQH15, Điều 1"
    assert (event.occurred_on, event.recorded_on) == (ON, ON)
    assert "bàn giao" not in event.model_dump_json()


def test_units_are_named_by_their_number_in_the_list_of_their_time_too() -> None:
    ways = [one | {"new": one["new"].removeprefix("2025-")} for one in PARTS]
    assert correct(unit="10528", ways=ways) == correct()


def test_what_is_told_anew_is_the_next_version_and_the_same_again_is_none() -> None:
    first = correct()
    ways = [{"new": FIRST, "share": "whole"}, {"new": SECOND, "share": "land"}]
    second = correct(held_after(first), ways=ways)
    assert (second.subject, second.sequence) == (first.subject, 2)
    with pytest.raises(Refused) as refused:
        correct(held_after(second), ways=ways)
    assert refused.value.rule == "nothing_changes"


def part(new: str, weight: object) -> dict[str, object]:
    return {"new": new, "share": "part", "weight": weight}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"unit": "2004-99999"}, [("unit", "unknown_unit")]),
        ({"unit": "2025-10525"}, [("unit", "unit_not_in_force")]),
        ({"unit": "2004-288"}, [("unit", "unknown_unit")]),
        ({"ways": [*PARTS, part("99999", "1/2")]}, [("ways.2.new", "unknown_unit")]),
        ({"ways": [*PARTS, part(OLD, "1/2")]}, [("ways.2.new", "unit_not_in_force")]),
        (
            {"ways": [*PARTS, {"new": "2025-10525", "share": "land"}]},
            [("ways.2.new", "no_such_way")],
        ),
        (
            {"ways": [part(FIRST, "1/2"), part(SECOND, "1/3")]},
            [("ways", "weights_do_not_add_up")],
        ),
        (
            {"ways": [part(FIRST, "1/2"), part(FIRST, "1/2")]},
            [("ways.1.new", "way_twice"), ("ways", "ways_missing")],
        ),
        (
            {"ways": [{"new": FIRST, "share": "part"}, {"new": SECOND, "share": "whole"}]},
            [("ways.0.weight", "weight_of_part")],
        ),
        (
            {"ways": [part(FIRST, 1), {"new": SECOND, "share": "land"}]},
            [("ways.0.weight", "weight_out_of_range")],
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_field(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refused) as refused:
        correct(**changes)
    assert [(field, rule) for field, rule, _ in refused.value.errors] == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"ways": []},
        {"ways": [part(FIRST, "half")]},
        {"ways": [{"new": FIRST, "share": "some"}]},
        {"legal_basis": ""},
        {"reason": ""},
    ],
)
def test_what_cannot_be_read_is_no_command(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        correct(**changes)
