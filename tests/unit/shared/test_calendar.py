"""Working days of Việt Nam and the day on which a case is due."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import (
    WORKS,
    DayKind,
    OutsideCalendar,
    Standstill,
    day_off,
    due_day,
    is_working_day,
)

patient = settings(deadline=None)  # the first call of all loads the holidays

DAYS = st.dates(date(1995, 1, 1), date(2060, 12, 31))
LENGTHS = st.integers(1, 90)
KINDS: st.SearchStrategy[DayKind] = st.sampled_from(["working", "calendar"])


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 11, 14), True),  # a Tuesday
        (date(2023, 11, 18), False),  # a Saturday
        (date(2023, 11, 19), False),  # a Sunday
        (date(2022, 2, 1), False),  # the first day of Tết
        (date(2022, 4, 11), False),  # in lieu of Giỗ Tổ Hùng Vương, a Sunday
        (date(2021, 9, 3), False),  # the second day of Quốc khánh
        (date(2024, 4, 29), False),  # swapped
        (date(2024, 5, 4), True),  # the Saturday that makes up for it
        (date(2025, 5, 2), False),
        (date(2025, 4, 26), True),
        (date(2026, 1, 2), False),  # swapped, unknown to the package
        (date(2026, 1, 10), True),
        (date(2026, 11, 24), False),  # Ngày Văn hóa Việt Nam, from 2026 on
        (date(2025, 11, 24), True),
    ],
)
def test_public_offices_work_on(day: date, works: bool) -> None:  # noqa: FBT001
    assert works == is_working_day(day)


@pytest.mark.parametrize(
    ("received_on", "days", "kind", "due"),
    [
        (date(2023, 11, 14), 1, "working", date(2023, 11, 15)),
        (date(2023, 11, 17), 1, "working", date(2023, 11, 20)),  # over a weekend
        (date(2023, 11, 18), 1, "working", date(2023, 11, 20)),  # received online on a Saturday
        (date(2023, 11, 14), 0, "working", date(2023, 11, 14)),
        (date(2023, 11, 18), 0, "working", date(2023, 11, 20)),
        (date(2022, 1, 28), 3, "working", date(2022, 2, 9)),  # over Tết
        (date(2024, 4, 26), 2, "working", date(2024, 5, 3)),
        (date(2024, 5, 3), 1, "working", date(2024, 5, 4)),  # a Saturday that works
        (date(2023, 11, 1), 30, "calendar", date(2023, 12, 1)),
        (date(2023, 11, 3), 30, "calendar", date(2023, 12, 4)),  # the 30th day is a Sunday
    ],
)
def test_a_case_is_due_on(received_on: date, days: int, kind: DayKind, due: date) -> None:
    assert due == due_day(received_on, days, kind)


@patient
@given(DAYS, LENGTHS, KINDS)
def test_a_due_day_is_a_working_day_after_the_receipt(
    received_on: date, days: int, kind: DayKind
) -> None:
    due = due_day(received_on, days, kind)

    assert is_working_day(due)
    assert due >= received_on + timedelta(days=days)


@patient
@given(DAYS, st.integers(0, 40), LENGTHS, KINDS)
def test_what_comes_later_is_not_due_earlier(
    received_on: date, later: int, days: int, kind: DayKind
) -> None:
    assert due_day(received_on, days, kind) <= due_day(
        received_on + timedelta(days=later), days, kind
    )


@patient
@given(DAYS, LENGTHS, KINDS)
def test_a_longer_time_does_not_end_earlier(received_on: date, days: int, kind: DayKind) -> None:
    assert due_day(received_on, days, kind) <= due_day(received_on, days + 1, kind)


@patient
@given(DAYS, st.integers(1, 20))
def test_a_time_in_working_days_has_so_many_of_them(received_on: date, days: int) -> None:
    due = due_day(received_on, days, "working")
    between = [received_on + timedelta(days=n) for n in range(1, (due - received_on).days + 1)]

    assert days == sum(is_working_day(day) for day in between)


@pytest.mark.parametrize("day", [date(1900, 12, 31), date(2101, 1, 1)])
def test_a_year_without_known_holidays_is_refused(day: date) -> None:
    with pytest.raises(OutsideCalendar, match=str(day.year)):
        is_working_day(day)


def test_a_processing_time_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        due_day(date(2023, 11, 14), -1, "working")


@patient
@given(st.data(), DAYS, st.integers(0, 60), KINDS)
def test_standing_still_never_shortens_and_its_order_is_irrelevant(
    data: st.DataObject, received_on: date, days: int, kind: DayKind
) -> None:
    near = st.dates(received_on, received_on + timedelta(days=90))
    stands = data.draw(
        st.lists(
            st.builds(
                lambda since, length: Standstill(since, since + timedelta(days=length)),
                near,
                st.integers(0, 40),
            ),
            max_size=4,
        )
    )
    mixed = data.draw(st.permutations(stands))
    due = due_day(received_on, days, kind, tuple(stands))

    assert due == due_day(received_on, days, kind, tuple(mixed))
    assert due >= due_day(received_on, days, kind)
    assert due >= due_day(received_on, days, kind, tuple(stands[:-1]))
    assert is_working_day(due)
    assert not any(one.since <= due < one.until for one in stands)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2023, 11, 18), "thứ Bảy"),
        (date(2022, 4, 11), "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"),
        (date(2024, 4, 29), "Ngày nghỉ (thay cho ngày 04/05/2024)"),
        (date(2026, 1, 2), "ngày nghỉ bù"),
        (date(2024, 5, 4), None),
        (date(2023, 11, 14), None),
    ],
)
def test_a_day_off_has_a_reason(day: date, reason: str | None) -> None:
    assert reason == day_off(day)


def test_each_correction_of_the_package_is_still_needed() -> None:
    """Once the package knows a day, its line here goes."""
    package = country_holidays("VN")

    assert [day for day, works in WORKS.items() if package.is_working_day(day) == works] == []
