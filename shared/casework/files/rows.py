"""From the cells of a file to its rows: the commands that each is, or all that is wrong. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from pydantic import BaseModel, ValidationError

from shared.casework.commands import ReceiveCase
from shared.casework.files.columns import NEEDED, ROW_KEY, STATUS, Form, Head, Step, folded, head_of
from shared.events.cases import Status
from shared.grid import Cell, Limits
from shared.refusal import Refused, broken

LIMITS = Limits(size=50_000_000, unpacked=200_000_000, rows=250_000, columns=60)
"""A larger file is sent in parts."""

_LONGEST_KEY = 100
_UNITS = frozenset({"unit", "received_by"})
_UNIT_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell; `row` is 0 where it is the file as a whole."""

    row: int
    cell: str
    field: str
    rule: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that can be read: a case under its own key, received and, it may be, closed."""

    number: int
    key: str
    receipt: ReceiveCase
    status: Status
    closing: BaseModel | None
    head: Head

    def faults(self, refusal: Refused, otherwise: str) -> Sequence[Fault]:
        """Return a refusal as faults of its cells; what has no column stands at `otherwise`."""
        return [
            Fault(self.number, self._place(name, otherwise), name or otherwise, rule, values)
            for name, rule, values in refusal.errors
        ]

    def _place(self, name: str, otherwise: str) -> str:
        return self.head.place(name if name in self.head.columns else otherwise, self.number)


type Read = Row | Sequence[Fault]
"""What became of a row that is not blank."""


def rows_of(rows: Iterator[Sequence[Cell]], form: Form) -> Iterator[Read]:
    """Yield the rows below the heading, but for blank ones. Refuses a file that has no heading."""
    head = head_of(rows, form)
    keys: dict[str, int] = {}
    for number, cells in enumerate(rows, head.row + 1):
        reader = _Reader(number, cells, head, form)
        if reader.is_blank:
            continue
        read = reader.read()
        if isinstance(read, Row) and (first := keys.setdefault(read.key, number)) != number:
            read = read.faults(Refused("row_key_twice", row=first), ROW_KEY)
        yield read


@dataclass(slots=True)
class _Reader:
    """Reads one row, and gathers what is wrong with it."""

    number: int
    cells: Sequence[Cell]
    head: Head
    form: Form
    found: list[Fault] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        cells = self.cells
        return not any(
            at < len(cells) and (cells[at].value is not None or cells[at].refusal is not None)
            for at, _ in self.head.columns.values()
        )

    def read(self) -> Read:
        # Beyond the last heading of a CSV file: a text that has the delimiter moved all the others.
        for cell in self.cells[self.head.width :]:
            if cell.text and not cell.is_of_workbook:
                return [Fault(self.number, cell.place, "", "cell_spilt", {})]
        values = {name: self._value(name) for name in self.head.columns}
        told = {name: value for name, value in values.items() if value not in (None, "")}
        for name in NEEDED:
            if name not in told and not self._is_faulty(name):
                self._wrong(Refused("missing"), name)
        key = " ".join(str(told.get(ROW_KEY, "")).split())
        if len(key) > _LONGEST_KEY:
            self._wrong(Refused("string_too_long", max_length=_LONGEST_KEY), ROW_KEY)
        if "\0" in key:
            self._wrong(Refused("nul"), ROW_KEY)
        receipt = self._command(self.form.receipt, told)
        closing = self._closing(told) if STATUS in told else None
        if self.found:
            return self.found
        return Row(
            number=self.number,
            key=key,
            receipt=cast("ReceiveCase", receipt),
            status=Status(cast("str", told[STATUS])),
            closing=closing,
            head=self.head,
        )

    def _closing(self, told: Mapping[str, object]) -> BaseModel | None:
        """Return the command that closes the case; a cell that is not of its status is wrong."""
        status = Status(cast("str", told[STATUS]))
        step = self.form.closings.get(status)
        own = step.fields if step else frozenset[str]()
        every = frozenset[str]().union(*(one.fields for one in self.form.closings.values()))
        for name in sorted((every - own) & told.keys()):
            label = self.form.labels[STATUS][status]
            self._wrong(Refused("cell_not_of_status", state=label), name)
        if step is None:
            return None
        if "closed_on" not in told and not self._is_faulty("closed_on"):
            self._wrong(Refused("missing"), "closed_on")
        return self._command(step, told)

    def _command(self, step: Step, told: Mapping[str, object]) -> BaseModel | None:
        own = {name: value for name, value in told.items() if name in step.fields}
        try:
            return step.command.model_validate(own)
        except ValidationError as error:
            for item in error.errors():
                name = str(item["loc"][0]) if item["loc"] else STATUS
                if not self._is_faulty(name):
                    self._wrong(broken(item, name), name)
        return None

    def _value(self, name: str) -> object:
        """Return what a cell says of a field; None where it is empty or wrong."""
        cell = self._cell(name)
        if cell is None:
            return None
        try:
            return _value_of(cell, name, self.form)
        except Refused as refusal:
            self._wrong(refusal, name)
            return None

    def _cell(self, name: str) -> Cell | None:
        at, _ = self.head.columns[name]
        return self.cells[at] if at < len(self.cells) else None

    def _is_faulty(self, name: str) -> bool:
        return any(fault.field == name for fault in self.found)

    def _wrong(self, refusal: Refused, name: str) -> None:
        place = self.head.place(name, self.number)
        self.found.append(Fault(self.number, place, name, refusal.rule, refusal.values))


def _value_of(cell: Cell, name: str, form: Form) -> object:
    """Return what a filled cell says of a field, "" for nothing. Refuses what is not understood."""
    if cell.refusal is not None:
        raise cell.refusal
    if not cell.text:
        return ""
    if name in form.days:
        return cell.day
    codes = form.codes.get(name)
    if codes is not None:
        code = codes.get(folded(cell.text))
        if code is None:
            raise Refused("value_not_listed", cell.place, known=form.known(name))
        return code
    if not isinstance(cell.value, str | int | float):
        raise Refused("cell_of_other_kind", cell.place, shown=cell.text)
    # A spreadsheet takes the zeros of 00001 away.
    is_unit = name in _UNITS and cell.text.isdigit()
    return cell.text.zfill(_UNIT_DIGITS) if is_unit else cell.text
