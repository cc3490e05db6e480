"""The annexes that issuing adds to a report: what was waived, what a replacing report changes."""

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from services.reporting.issuing.kept import Told
from services.reporting.issuing.model import Step
from services.reporting.issuing.restatement import Restated
from services.reporting.report import Report, numbers
from services.reporting.report.content import HeadCell, Row, Table, TextSpan
from services.reporting.report.model import Annex
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
    waivers: Words
    differences: Words


_WORDS = _File.model_validate(tomllib.loads(Path(__file__).with_suffix(".toml").read_text()))


def waivers_annex(report: Report, waivers: Sequence[Step]) -> Annex:
    """Return the annex that says which broken checks were waived, by whom and why."""
    checks = {check.id: check for check in report.checks}
    rows = [
        (checks[one.check].label, _number(checks[one.check].difference), one.person, one.reason)
        for one in waivers
    ]
    return _annex(report, _WORDS.waivers, rows)


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


def _number(difference: Decimal | int | None) -> str:
    return _NOTHING if difference is None else numbers.number(difference)


def _display(told: Told | None) -> str:
    return _NOTHING if told is None else told.display


def _events(one: Restated) -> str:
    named = ", ".join(one.events[:_NAMED])
    return f"{len(one.events)} sự kiện: {named}" if one.events else _NOTHING
