"""Registers of a clerk as files of cases, and how many steps they are."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date, timedelta

import openpyxl

type Line = dict[str, str]

HEADINGS = {
    "row_key": "Mã hồ sơ",
    "unit": "Đơn vị",
    "procedure": "Thủ tục",
    "channel": "Hình thức tiếp nhận",
    "received_on": "Ngày tiếp nhận",
    "due_on": "Ngày hẹn trả",
    "applicant": "Người nộp hồ sơ",
    "status": "Trạng thái",
    "closed_on": "Ngày kết thúc",
    "born_on": "Ngày sinh",
    "died_on": "Ngày chết",
    "reason": "Lý do",
}
"""The columns A to L."""

_CLOSED = ("Đã giải quyết", "Đã giải quyết", "resolved", "Từ chối", "Rút hồ sơ")


def a_line(number: int, **told: str) -> Line:
    """Return the line of an open case, but for what is told otherwise."""
    line = {
        "row_key": f"H31-{number}",
        "unit": "10525",
        "procedure": "Chứng thực chữ ký",
        "channel": "Trực tiếp",
        "received_on": "01/11/2023",
        "applicant": f"Nguyễn Văn {number}",
        "status": "Đang giải quyết",
    }
    return line | told


def a_register(lines: int, seed: int = 1) -> list[Line]:
    """Return lines of every sort, all of them in order."""
    drawn = random.Random(seed)
    return [_drawn(number, drawn) for number in range(lines)]


def _drawn(number: int, drawn: random.Random) -> Line:
    received = date(2023, 1, 1) + timedelta(days=drawn.randrange(300))
    line = {
        **a_line(number),
        "channel": drawn.choice(("Trực tuyến", "trực tiếp", "post")),
        "procedure": drawn.choice(("Đăng ký khai sinh", "registry.death", "Chứng thực chữ ký")),
        "received_on": drawn.choice((received.isoformat(), f"{received:%d/%m/%Y}")),
        "status": drawn.choice(("Đang giải quyết", *_CLOSED)),
    }
    if line["status"] in _CLOSED:
        line["closed_on"] = f"{received + timedelta(days=drawn.randrange(4)):%d/%m/%Y}"
    if line["status"] == "Từ chối":
        line["reason"] = "thiếu giấy tờ"
    if line["status"] in {"Đã giải quyết", "resolved"}:
        day = {"Đăng ký khai sinh": "born_on", "registry.death": "died_on"}.get(line["procedure"])
        line |= {day: received.isoformat()} if day else {}
    return line


def events_of(lines: Sequence[Line]) -> int:
    """Return how many steps the lines are: a receipt each, and a closing of those not open."""
    return len(lines) + sum(line["status"] != "Đang giải quyết" for line in lines)


def as_csv(lines: Sequence[Line], delimiter: str = ";") -> bytes:
    """Return the lines as a CSV file, below one row of headings."""
    text = io.StringIO()
    written = csv.writer(text, delimiter=delimiter)
    written.writerow(HEADINGS.values())
    written.writerows([line.get(field, "") for field in HEADINGS] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(lines: Sequence[Line]) -> bytes:
    """Return the lines as a workbook, whose sheet has a title above the headings."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sổ"
    sheet.append(["SỔ THEO DÕI HỒ SƠ"])
    sheet.append(list(HEADINGS.values()))
    for line in lines:
        sheet.append([line.get(field) for field in HEADINGS])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
