"""A form as a sheet: its columns, and from filled cells to lines, or to all that is wrong. Pure.

A blank cell leaves a line out, "0" is a zero, "x" says that the line does not apply.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from services.returns import lines
from services.returns.commands import DeclareFigure
from shared.events.returns import Absence
from shared.forms import Form
from shared.grid import Cell, Grid, Limits
from shared.indicators import INDICATORS
from shared.indicators.model import Indicator, Kind
from shared.refusal import Refused, RefusedAll, broken
from shared.slots import figure_slot

CODE, AMOUNT, UNTIL = "Mã chỉ tiêu", "Số liệu", "Thời hạn"
NOT_APPLICABLE = "x"
MARK = "wardbook/return/"
"""How the cell of a template begins that says of which return it is."""
LIMITS = Limits(size=4_000_000, unpacked=16_000_000, rows=5_000, columns=40)
"""A larger file is no form."""

_ROW = re.compile(r"(\d+)$")


@dataclass(frozen=True, slots=True)
class _Told:
    """A line that was filled in, and the cells that say its parts (by the parts of a command)."""

    figure: DeclareFigure
    cells: Mapping[str, str]


def code_of(indicator: str, dimensions: Mapping[str, str]) -> str:
    """Return what the code column says of a line: its indicator and what that is narrowed to."""
    codes = "&".join(f"{name}={code}" for name, code in dimensions.items())
    return f"{indicator}?{codes}" if codes else indicator


def has_targets(form: Form) -> bool:
    """Return whether some line of a form is a target, which has a day to be reached by."""
    return any(INDICATORS[line.indicator].kind is Kind.TARGET for line in form.lines)


def figures(grid: Grid, form: Form, mark: str) -> tuple[DeclareFigure, ...]:
    """Return the lines that are filled in on a sheet, in the order of its rows.

    Refuses all or nothing: every fault is told with its cell, in the order of the rows.
    """
    head = _heading(grid)
    _check_mark(grid[:head], mark)
    columns = _columns(grid[head], form)
    width = len(grid[head])
    found = [_spilt(row[width:]) or _row(row, columns) for row in grid[head + 1 :]]
    told = [one for one in found if isinstance(one, _Told)]
    refusals = [refusal for one in found if isinstance(one, list) for refusal in one]
    declared = lines.read([one.figure for one in told])
    refusals += [_at_cell(refusal, told) for refusal in lines.wrong(form, declared)]
    if refusals:
        raise RefusedAll(sorted(refusals, key=_row_number))
    if not told:
        raise Refused("nothing_declared")
    return tuple(one.figure for one in told)


def _heading(grid: Grid) -> int:
    """Return which row names the columns."""
    for number, row in enumerate(grid):
        named = {cell.text.casefold() for cell in row}
        if named >= {CODE.casefold(), AMOUNT.casefold()}:
            return number
    raise Refused("no_header", code=CODE, amount=AMOUNT)


def _check_mark(rows: Grid, mark: str) -> None:
    """Check that a template was made for this return; a sheet without a mark is nobody's."""
    for cell in (cell for row in rows for cell in row):
        if cell.text.startswith(MARK) and cell.text != mark:
            found, wanted = (text.removeprefix(MARK) for text in (cell.text, mark))
            raise Refused("sheet_of_other_return", cell.place, found=found, wanted=wanted)


def _columns(row: Sequence[Cell], form: Form) -> Mapping[str, int]:
    """Return where the parts of a command stand; other columns are for those who read."""
    parts = {CODE: "indicator", AMOUNT: "amount", UNTIL: "until"}
    parts |= {heading: f"dimensions.{name}" for name, heading in form.rows.items()}
    names = {heading.casefold(): part for heading, part in parts.items()}
    return {
        names[cell.text.casefold()]: number
        for number, cell in enumerate(row)
        if cell.text.casefold() in names
    }


def _spilt(cells: Sequence[Cell]) -> list[Refused]:
    """Refuse what stands beyond the last heading of a CSV file: half of a number with a comma.

    In a workbook notes may stand there.
    """
    return [Refused("cell_spilt", c.place) for c in cells if c.text and not c.is_of_workbook]


def _row(row: Sequence[Cell], columns: Mapping[str, int]) -> _Told | list[Refused] | None:
    """Return what a row declares, None where nothing is filled in, or all that is wrong in it."""
    cells = {part: row[number] for part, number in columns.items() if number < len(row)}
    amount = cells.get("amount")
    if amount is None or (not amount.text and amount.refusal is None):
        return None
    refusals = [cell.refusal for cell in cells.values() if cell.refusal is not None]
    if isinstance(amount.value, date):
        refusals.append(Refused("cell_of_other_kind", amount.place, shown=amount.text))
    code = cells.get("indicator")
    if code is None or not code.text:
        refusals.append(Refused("code_missing", (code or amount).place))
    if refusals or code is None:
        return refusals
    places = {part: cell.place for part, cell in cells.items()} | {"text": amount.place}
    try:
        slot = figure_slot(code.text)
    except ValueError:
        return [Refused("code_unknown", code.place, code=code.text)]
    places |= {f"dimensions.{name}": code.place for name in slot.dimensions}
    named = {
        part.removeprefix("dimensions."): cell.text
        for part, cell in cells.items()
        if part.startswith("dimensions.") and cell.text
    }
    indicator = INDICATORS.get(slot.indicator)
    until = cells.get("until")
    body: dict[str, object] = {
        "indicator": slot.indicator,
        "dimensions": {**slot.dimensions, **named} or None,
        **_value(amount, indicator),
    }
    try:
        body["until"] = until.day if until and until.text else None
        return _Told(DeclareFigure.model_validate(body), places)
    except ValidationError as error:
        return [
            broken(item, places.get(".".join(map(str, item["loc"])), amount.place))
            for item in error.errors()
        ]
    except Refused as refusal:
        return [refusal]


def _value(cell: Cell, indicator: Indicator | None) -> Mapping[str, object]:
    """Return the part of a command that a filled cell says, by the kind of its line."""
    if cell.text.casefold() == NOT_APPLICABLE:
        return {"absence": Absence.NOT_APPLICABLE}
    if indicator is not None and indicator.kind is Kind.TEXT:
        codes = {words.casefold(): code for code, words in indicator.words.items()}
        return {"text": codes.get(cell.text.casefold(), cell.text)}
    return {"amount": cell.value}


def _at_cell(refusal: Refused, told: Sequence[_Told]) -> Refused:
    """Return a refusal of `figures.3.amount` as one of the cell that says this."""
    _, number, *part = refusal.field.split(".", 2)
    cells = told[int(number)].cells
    return refusal.at(cells.get(part[0] if part else "amount", cells["indicator"]))


def _row_number(refusal: Refused) -> int:
    found = _ROW.search(refusal.field)
    return int(found[1]) if found else 0
