"""The due day of a case: counted by hand around holidays, and day by day by a second model."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import is_working_day
from shared.casework.deadline import Course, due, due_after, starts_on, why
from shared.events.cases import Case, Status
from shared.procedures import PROCEDURES, ProcedureVersion, Processing
from shared.sentences import sentence
from tests.support.builders import a_case

BIRTH = PROCEDURES["registry.birth"].versions[0]
STATUS = PROCEDURES["registry.marital_status"].versions[0]
COMPLAINT = PROCEDURES["petitions.complaint"].versions[0]
TET = date(2024, 2, 7)
"""The last working day before Tết 2024 but one; offices worked again on 15 February."""


@pytest.mark.parametrize(
    ("version", "received_on", "course", "expected"),
    [
        (BIRTH, TET, Course(received_at=time(14, 59)), TET),
        (BIRTH, TET, Course(received_at=time(15)), date(2024, 2, 15)),
        (BIRTH, TET, Course(), TET),
        (BIRTH, date(2023, 9, 1), Course(received_at=time(8)), date(2023, 9, 5)),
        (STATUS, TET, Course(received_at=time(16)), date(2024, 2, 19)),
        (COMPLAINT, date(2023, 8, 3), Course(), date(2023, 9, 5)),  # the 30th day is 2 September
        (COMPLAINT, date(2023, 8, 3), Course(extended=(15,)), date(2023, 9, 18)),
    ],
)
def test_a_case_around_holidays_is_due_on(
    version: ProcedureVersion, received_on: date, course: Course, expected: date
) -> None:
    assert expected == due(version, received_on, course)


def test_the_day_of_the_pause_does_not_count_and_the_day_of_the_resumption_does() -> None:
    """Received on Monday, three working days; stopped on Wednesday, running again on Friday."""
    course = Course(paused_on=(date(2023, 11, 15),), resumed_on=(date(2023, 11, 17),))

    assert due(STATUS, date(2023, 11, 13), course) == date(2023, 11, 20)


def test_a_pause_that_is_not_over_moves_nothing_yet() -> None:
    waiting = Course(paused_on=(date(2023, 11, 15),))

    assert waiting.waits_since == date(2023, 11, 15)
    assert due(STATUS, date(2023, 11, 13), waiting) == date(2023, 11, 16)


def test_a_stated_due_day_keeps_the_days_it_had_left() -> None:
    """Stated for Friday; a pause over Wednesday and Thursday leaves two working days after it."""
    case = a_case(received_on=date(2023, 11, 13), due_on=date(2023, 11, 17))
    paused = Course(paused_on=(date(2023, 11, 15),), resumed_on=(date(2023, 11, 17),))

    assert due_after(STATUS, case, Course(), paused) == date(2023, 11, 21)


PROCESSING = st.builds(
    Processing,
    days=st.integers(0, 45),
    kind=st.sampled_from(["working", "calendar"]),
    closes_at=st.sampled_from([None, time(15)]),
)
RECEIVED = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def _by_hand(processing: Processing, received_on: date, course: Course) -> date:
    """Walk from day to day, as a clerk does with a calendar on the wall."""
    day, left = received_on, processing.days + sum(course.extended)
    if course.received_at and processing.closes_at and course.received_at >= processing.closes_at:
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)

    def stands(day: date) -> bool:
        pauses = zip(course.paused_on, course.resumed_on, strict=True)
        return any(since <= day < until for since, until in pauses)

    while True:
        if left <= 0 and is_working_day(day) and not stands(day):
            return day
        day += timedelta(days=1)
        if not stands(day) and (processing.kind == "calendar" or is_working_day(day)):
            left -= 1


@st.composite
def courses(draw: st.DrawFn, received_on: date) -> Course:
    edges = draw(st.lists(st.integers(0, 80), max_size=6).filter(lambda some: len(some) % 2 == 0))
    days = [received_on + timedelta(days=number) for number in sorted(edges)]
    return Course(
        received_at=draw(st.sampled_from([None, time(8), time(15), time(22, 30)])),
        paused_on=tuple(days[::2]),
        resumed_on=tuple(days[1::2]),
        extended=tuple(draw(st.lists(st.integers(1, 30), max_size=2))),
    )


@settings(deadline=None)
@given(st.data(), PROCESSING, RECEIVED)
def test_the_due_day_is_the_one_that_a_clerk_finds_day_by_day(
    data: st.DataObject, processing: Processing, received_on: date
) -> None:
    course = data.draw(courses(received_on))
    version = ProcedureVersion(processing=processing, basis="")

    assert due(version, received_on, course) == _by_hand(processing, received_on, course)


@settings(deadline=None)
@given(st.data(), PROCESSING, RECEIVED, st.integers(0, 20))
def test_neither_a_pause_nor_an_extension_brings_a_stated_day_forward(
    data: st.DataObject, processing: Processing, received_on: date, stated: int
) -> None:
    version = ProcedureVersion(processing=processing, basis="")
    whole = data.draw(courses(received_on))
    case = a_case(received_on=received_on, due_on=received_on + timedelta(days=stated))
    before = Course(received_at=whole.received_at)

    assert due_after(version, case, before, whole) >= case.due_on


def _told(version: ProcedureVersion, case: Case, course: Course, today: date) -> list[str]:
    steps = why(version, case, course, today)
    return [f"{one.day:%d/%m} {sentence(one.rule, 'vi', one.values)}" for one in steps]


def test_why_tells_every_step_to_the_due_day() -> None:
    course = Course(
        received_at=time(16, 20),
        paused_on=(date(2024, 2, 19),),
        resumed_on=(date(2024, 2, 22),),
        appointments=(date(2024, 3, 1),),
    )
    due_on = due(STATUS, TET, course)
    case = a_case(procedure="registry.marital_status", received_on=TET, due_on=due_on)

    assert _told(STATUS, case, course, date(2024, 2, 26)) == [
        "07/02 Tiếp nhận hồ sơ lúc 16:20",
        (
            "19/02 Thời hạn 3 ngày làm việc, không kể ngày tiếp nhận"
            " (Nghị định 123/2015/NĐ-CP, Điều 22)"
        ),
        (
            "22/02 Chờ bổ sung hồ sơ từ 19/02/2024 đến trước 22/02/2024:"
            " 3 ngày không tính vào thời hạn"
        ),
        (
            "22/02 Không tính ngày nghỉ: 08/02/2024 (29 Tết),"
            " 09/02/2024 (Giao thừa Tết Nguyên Đán),"
            " 10/02/2024 (Tết Nguyên Đán), 11/02/2024 (Mùng hai Tết Nguyên Đán),"
            " 12/02/2024 (Mùng ba Tết Nguyên Đán), 13/02/2024 (Mùng bốn Tết Nguyên Đán),"
            " 14/02/2024 (Mùng năm Tết Nguyên Đán), 17/02/2024 (thứ Bảy), 18/02/2024 (Chủ nhật)"
        ),
        "01/03 Đã gửi phiếu xin lỗi, hẹn lại ngày 01/03/2024; hồ sơ vẫn tính hạn cũ",
        "26/02 Đang giải quyết, quá hạn 4 ngày",
    ]


def test_why_tells_of_an_extension_and_of_a_stated_day() -> None:
    case = a_case(
        procedure="petitions.complaint", received_on=date(2023, 8, 3), due_on=date(2023, 9, 11)
    )

    told = _told(COMPLAINT, case, Course(extended=(5,)), date(2023, 9, 6))

    assert [one[:20] for one in told] == [
        "03/08 Tiếp nhận hồ s",
        "05/09 Thời hạn 30 ng",
        "07/09 Gia hạn 5 ngày",
        "11/09 Ngày hẹn trả d",
        "06/09 Đang giải quyế",
    ]


def test_why_names_the_days_off_of_an_extension_and_none_of_a_pause() -> None:
    """Received two days before Tết 2026 began; it waited over the second half of Tết."""
    change = PROCEDURES["registry.civil_status_change"].versions[0]
    course = Course(paused_on=(date(2026, 2, 18),), resumed_on=(date(2026, 2, 24),), extended=(3,))
    received_on = date(2026, 2, 12)
    case = a_case(received_on=received_on, due_on=due(change, received_on, course))

    told = _told(change, case, course, date(2026, 2, 25))

    assert told[-2] == (
        "02/03 Không tính ngày nghỉ: 14/02/2026 (thứ Bảy), 15/02/2026 (Chủ nhật),"
        " 16/02/2026 (Giao thừa Tết Nguyên Đán), 17/02/2026 (Tết Nguyên Đán),"
        " 28/02/2026 (thứ Bảy), 01/03/2026 (Chủ nhật)"
    )


def test_why_says_that_a_time_has_no_basis_yet() -> None:
    permit = PROCEDURES["permits.construction_permit"].versions[0]
    case = a_case(procedure="permits.construction_permit", due_on=date(2023, 12, 4))

    told = _told(permit, case, Course(), date(2023, 11, 16))

    assert told[1].endswith("không kể ngày tiếp nhận")
    assert "chưa được đối chiếu" in told[2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"status": Status.RESOLVED, "closed_on": date(2023, 11, 13)}, "Đã giải quyết trước hạn"),
        ({"status": Status.RESOLVED, "closed_on": date(2023, 11, 14)}, "Đã giải quyết đúng hạn"),
        ({"status": Status.RESOLVED, "closed_on": date(2023, 11, 15)}, "Đã giải quyết quá hạn"),
        ({"status": Status.REFUSED, "closed_on": date(2023, 11, 15)}, "Đã từ chối"),
        ({"status": Status.WITHDRAWN, "closed_on": date(2023, 11, 15)}, "Người nộp đã rút"),
        ({}, "quá hạn 2 ngày"),
        ({"due_on": date(2023, 11, 16)}, "trong hạn"),
        ({"paused_on": date(2023, 11, 14)}, "trong hạn"),
        ({"paused_on": date(2023, 11, 15)}, "quá hạn"),
    ],
)
def test_why_says_how_a_case_stands_to_its_due_day(changes: dict[str, Any], says: str) -> None:
    assert says in _told(STATUS, a_case(**changes), Course(), date(2023, 11, 16))[-1]


def test_receipt_in_office_hours_counts_on_its_day() -> None:
    assert starts_on(BIRTH.processing, TET, Course(received_at=time(14, 59, 59))) == TET
