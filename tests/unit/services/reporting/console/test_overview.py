"""The overview: units found, sorted, added up, and held side by side."""

from decimal import Decimal

from services.reporting.console.figures import Row
from services.reporting.console.overview import named, ordered, side_by_side, total

BIG = Row(
    unit="2004-10513",
    name="Phường Ngọc Châu",
    received=100,
    resolved=90,
    resolved_in_time=45,
    overdue=0,
    missing=2,
    broken=1,
)
SMALL = Row(
    unit="2004-10514",
    name="Phường Nhị Châu",
    received=10,
    resolved=10,
    resolved_in_time=10,
    overdue=3,
    missing=0,
    broken=0,
)
SILENT = Row(unit="2004-10543", name="Phường Việt Hoà", is_silent=True, missing=12)
ROWS = (SILENT, SMALL, BIG)


def test_sums_are_added_and_a_share_is_worked_out_of_sums() -> None:
    """55 of 100 in time; the mean of 50% and 100% would be 75%."""
    told = total(ROWS)

    assert (told.received, told.overdue, told.missing, told.broken) == (110, 3, 14, 1)
    assert told.in_time == Decimal("55.0")
    assert (told.units, told.silent) == (3, 1)


def test_what_nobody_has_told_is_no_zero() -> None:
    assert total([SILENT]).received is None
    assert total([SILENT]).in_time is None
    assert total(ROWS).reconciled is None


def test_units_without_a_value_come_last_both_ways() -> None:
    assert [*ordered(ROWS, "received", falling=True)] == [BIG, SMALL, SILENT]
    assert [*ordered(ROWS, "received", falling=False)] == [SMALL, BIG, SILENT]
    assert [*ordered(ROWS, "in_time", falling=False)] == [BIG, SMALL, SILENT]
    assert [*ordered(ROWS, "name", falling=True)] == [SILENT, SMALL, BIG]


def test_a_unit_is_found_with_or_without_marks_and_by_number() -> None:
    names = {one.unit: one.name for one in ROWS}

    assert [*named(names, "ngọc")] == [*named(names, " NGOC ")] == [BIG.unit]
    assert [*named(names, "10543")] == [SILENT.unit]
    assert [*named(names, "")] == [*names]
    assert not named({"2004-10525": "Phường Trần Hưng Đạo"}, "dạo tr")


def test_bars_of_a_column_are_to_one_scale() -> None:
    bars = side_by_side(ROWS)

    assert [one.length for one in bars["received"]] == [0, 0.1, 1]
    assert [one.length for one in bars["in_time"]] == [0, 1, 0.5]
    assert [one.length for one in bars["reconciled"]] == [0, 0, 0]
