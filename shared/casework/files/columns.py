"""The columns of a department's file of cases: their headings, and coded values in words. Pure.

Each field of the commands that a row may be is a column, called by its id or by its heading.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import get_args
from uuid import UUID

from pydantic import BaseModel

from shared.casework.commands import ReceiveCase, RefuseCase, WithdrawCase
from shared.casework.held import Department
from shared.events.cases import Channel, Outcome, Status
from shared.grid import Cell
from shared.procedures import procedures_of
from shared.refusal import Refused, RefusedAll

ROW_KEY, STATUS = "row_key", "status"

HEADINGS: Mapping[str, Sequence[str]] = {
    ROW_KEY: ("Mã hồ sơ", "Số hồ sơ"),
    "unit": ("Mã đơn vị", "Đơn vị"),
    "procedure": ("Thủ tục", "Tên thủ tục", "Thủ tục hành chính"),
    "channel": ("Hình thức tiếp nhận", "Hình thức nộp"),
    "received_on": ("Ngày tiếp nhận", "Ngày nhận"),
    "received_time": ("Giờ tiếp nhận",),
    "due_on": ("Ngày hẹn trả", "Ngày hẹn trả kết quả"),
    "neighbourhood": ("Tổ dân phố", "Khu dân cư", "Tổ dân phố, khu dân cư", "Thôn"),
    "received_by": ("Nơi tiếp nhận", "Mã đơn vị tiếp nhận"),
    "applicant": ("Người nộp hồ sơ", "Người nộp"),
    STATUS: ("Trạng thái", "Tình trạng"),
    "closed_on": ("Ngày kết thúc", "Ngày giải quyết"),
    "born_on": ("Ngày sinh",),
    "died_on": ("Ngày chết", "Ngày mất"),
    "outcome": ("Kết quả hòa giải",),
    "permit_number": ("Số giấy phép xây dựng",),
    "starts_on": ("Ngày khởi công",),
    "reason": ("Lý do", "Lý do từ chối"),
}
"""What columns are called on paper; the first is that of the template."""

WORDS: Mapping[StrEnum, Sequence[str]] = {
    Channel.ONLINE: ("Trực tuyến",),
    Channel.IN_PERSON: ("Trực tiếp",),
    Channel.POST: ("Bưu chính", "Bưu chính công ích"),
    Status.OPEN: ("Đang giải quyết",),
    Status.RESOLVED: ("Đã giải quyết",),
    Status.REFUSED: ("Từ chối", "Từ chối giải quyết"),
    Status.WITHDRAWN: ("Rút hồ sơ", "Đã rút"),
    Outcome.RECONCILED: ("Hòa giải thành",),
    Outcome.NOT_RECONCILED: ("Hòa giải không thành",),
}
"""What coded values are called on paper; the first is that of the template."""

NEEDED = (ROW_KEY, "unit", "procedure", "channel", "received_on", STATUS)
"""The columns that no file may lack, and whose cells no row may leave empty."""

_CLOSINGS: Mapping[Status, type[BaseModel]] = {
    Status.REFUSED: RefuseCase,
    Status.WITHDRAWN: WithdrawCase,
}
_HEADING_ROWS = 20
_NUMBER = re.compile(r"\d+$")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


@lru_cache(maxsize=4_096)
def folded(text: str) -> str:
    """Return what two spellings of the same words share: `HOÀ  GIẢI` and `Hòa giải`.

    Capitals, spaces, the composition of letters, and where a syllable carries its tone, are habits.
    """
    words = unicodedata.normalize("NFD", text.casefold()).split()
    return " ".join(_TONES.sub("", word) + "".join(_TONES.findall(word)) for word in words)


@dataclass(frozen=True, slots=True)
class Step:
    """A command that a row may be, and its fields."""

    command: type[BaseModel]
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """What a department's file may say.

    `codes` are the coded values of a field by their folded words and ids, `labels` what they are
    called; `closings` is what closes a case of each status but the open one.
    """

    fields: tuple[str, ...]
    days: frozenset[str]
    codes: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, Mapping[str, str]]
    receipt: Step
    closings: Mapping[Status, Step]

    def known(self, field: str) -> str:
        """Return the values that a coded field may have, for a sentence."""
        return "; ".join(f"{label} ({code})" for code, label in self.labels[field].items())


def form_of(department: Department) -> Form:
    """Return what a file of `department` may say, from the commands that its rows become."""
    closings = {Status.RESOLVED: department.resolve_command, **_CLOSINGS}
    annotations: dict[str, object] = {ROW_KEY: str}
    annotations |= {name: told.annotation for name, told in ReceiveCase.model_fields.items()}
    annotations[STATUS] = Status
    for command in closings.values():
        told_by = {name: told.annotation for name, told in command.model_fields.items()}
        annotations |= {name: told for name, told in told_by.items() if _is_of_a_cell(told)}
    names = {
        one: {code.value: WORDS.get(code, (code,)) for code in _enum(told)}
        for one, told in annotations.items()
    }
    names["procedure"] = {one.code: (one.label_vi,) for one in procedures_of(department.name)}
    del names[STATUS][Status.CANCELLED]  # that is no step of a register's row
    coded = {field: words for field, words in names.items() if words}
    return Form(
        fields=tuple(annotations),
        days=frozenset(name for name, told in annotations.items() if date in _kinds(told)),
        codes={field: dict(_spellings(words)) for field, words in coded.items()},
        labels={
            field: {code: words[0] for code, words in names.items()}
            for field, names in coded.items()
        },
        receipt=_step(ReceiveCase),
        closings={status: _step(command) for status, command in closings.items()},
    )


def _step(command: type[BaseModel]) -> Step:
    return Step(command, frozenset(command.model_fields))


def heading_of(field: str) -> str:
    """Return what the template calls a column."""
    return HEADINGS.get(field, (field,))[0]


@dataclass(frozen=True, slots=True)
class Head:
    """The heading row of a file: which row it is, how wide, the place of each column, the rest."""

    row: int
    width: int
    columns: Mapping[str, tuple[int, str]]
    unused: tuple[str, ...]

    def place(self, field: str, row: int) -> str:
        """Return the place of a field's cell in a row; without a column, of its key's cell."""
        _, heading = self.columns.get(field, self.columns[ROW_KEY])
        return _NUMBER.sub(str(row), heading)


def head_of(rows: Iterator[Sequence[Cell]], form: Form) -> Head:
    """Return the heading row, which is one of the first; `rows` goes on behind it."""
    names = {
        folded(name): field for field in form.fields for name in (field, *HEADINGS.get(field, ()))
    }
    for number, row in zip(range(1, _HEADING_ROWS + 1), rows, strict=False):
        told = [
            (names.get(folded(cell.text.rstrip(" *"))), at, cell) for at, cell in enumerate(row)
        ]
        if {ROW_KEY, "procedure"} <= {field for field, _, _ in told}:
            return _head(number, told)
    raise Refused("no_heading_row", key=heading_of(ROW_KEY), procedure=heading_of("procedure"))


def _head(number: int, told: Sequence[tuple[str | None, int, Cell]]) -> Head:
    columns: dict[str, tuple[int, str]] = {}
    refusals = []
    for field, at, cell in told:
        if field in columns:
            refusals.append(Refused("column_twice", cell.place, heading=cell.text))
        elif field is not None:
            columns[field] = (at, cell.place)
    refusals += [
        Refused("column_missing", heading=heading_of(field))
        for field in NEEDED
        if field not in columns
    ]
    if refusals:
        raise RefusedAll(refusals)
    unused = tuple(cell.text for field, _, cell in told if field is None and cell.text)
    return Head(number, len(told), columns, unused)


def _kinds(annotation: object) -> Sequence[object]:
    return get_args(annotation) or (annotation,)


def _is_of_a_cell(annotation: object) -> bool:
    """Return whether one cell can say what a field takes; no register knows the id of a case."""
    is_group = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return not is_group and annotation is not UUID and all(map(_is_of_a_cell, get_args(annotation)))


def _enum(annotation: object) -> Sequence[StrEnum]:
    """Return the values of a field that takes one of an enumeration."""
    for kind in _kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return list(kind)
    return []


def _spellings(words: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for code, labels in words.items():
        yield from ((folded(spelling), code) for spelling in (code, *labels))
