"""What issuing adds to the annexes: what was waived, what a replacing report changes. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from services.reporting.issuing.kept import Told
from services.reporting.issuing.model import Step
from services.reporting.issuing.restatement import Restated
from services.reporting.report import Report, numbers
from services.reporting.report.annexes import check_row
from services.reporting.report.content import Block, HeadCell, Row, Table, TextSpan
from services.reporting.report.model import Annex, CheckResult
from shared.clock import ward_day
from shared.frozen import Closed

_NOTHING = "–"  # noqa: RUF001  the dash of statutory tables
_NAMED = 3
"""So many events are named in a row of the annex; the restatement names all of them."""


class Words(Closed):
    """The words of an annex, and the shares that its columns take of the width."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    note: str


class _File(Closed):
    waived: str
    differences: Words


_WORDS = _File.model_validate(tomllib.loads(Path(__file__).with_suffix(".toml").read_text()))


def with_waivers(report: Report, waivers: Sequence[Step]) -> tuple[Annex, ...]:
    """Return the report's annexes; beside each waived check stands who waived it, when and why.

    Raises ValueError where a waiver would be printed nowhere.
    """
    said = {one.check: _waived(one) for one in waivers}
    if said and "checks" not in {annex.kind for annex in report.annexes}:
        raise ValueError(f"no annex of checks to print the waivers of {', '.join(said)}")
    return tuple(
        annex.model_copy(update={"blocks": _beside_checks(annex.blocks, report.checks, said)})
        if annex.kind == "checks"
        else annex
        for annex in report.annexes
    )


def _beside_checks(
    blocks: Sequence[Block], checks: Sequence[CheckResult], said: Mapping[str, str]
) -> tuple[Block, ...]:
    (table,) = blocks
    assert isinstance(table, Table)
    rows = (
        _with_note(number, check, said[check.id]) if check.id in said else row
        for number, (check, row) in enumerate(zip(checks, table.rows, strict=True), 1)
    )
    return (replace(table, rows=tuple(rows)),)


def _with_note(number: int, check: CheckResult, waived: str) -> Row:
    note = f"{check.note} {waived}" if check.note else waived
    return check_row(number, check.model_copy(update={"note": note}))


def _waived(one: Step) -> str:
    day = numbers.day_in_words(ward_day(one.at))
    return _WORDS.waived.format(person=one.person, day=day, reason=one.reason.rstrip("."))


def differences_annex(report: Report, restated: Sequence[Restated]) -> Annex:
    """Return the annex that says which figures change, from what to what, and by which events."""
    rows = [
        (one.label, one.unit_of_measure, _display(one.old), _display(one.new), _events(one))
        for one in restated
    ]
    return _annex(report, _WORDS.differences, rows)


def _annex(report: Report, words: Words, rows: Sequence[tuple[str, ...]]) -> Annex:
    """Return an annex that follows those of the report and is attached to it as they are.

    It has its number from `numbered`, with all others.
    """
    cells = (
        tuple(TextSpan(text=text) for text in (str(number), *row))
        for number, row in enumerate(rows, 1)
    )
    return Annex(
        kind="differences",
        label="",
        title=words.title,
        attachment=report.annexes[-1].attachment if report.annexes else "",
        blocks=(
            Table(
                caption="",
                scope="",
                widths=words.widths,
                name_column=2,
                head=(tuple(HeadCell(text=column) for column in words.columns),),
                rows=tuple(Row(cells=row) for row in cells),
                note=words.note,
            ),
        ),
    )


def _display(told: Told | None) -> str:
    return _NOTHING if told is None else told.display


def _events(one: Restated) -> str:
    named = ", ".join(one.events[:_NAMED])
    return f"{len(one.events)} sự kiện: {named}" if one.events else _NOTHING
