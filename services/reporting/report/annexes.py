"""The two annexes of every report: how its figures agree, and all of them in one list."""

from collections.abc import Mapping

from services.reporting.report import numbers
from services.reporting.report.model import (
    Annex,
    CheckResult,
    FigureEntry,
    FigureSpan,
    HeadCell,
    Row,
    Span,
    Table,
    TextSpan,
    Verdict,
)
from services.reporting.report.outline import AnnexOutline
from services.reporting.report.wording import say

_VERDICTS = {
    Verdict.HOLDS: "Khớp",
    Verdict.BROKEN: "Không khớp",
    Verdict.NOT_CHECKED: "Chưa đối chiếu được",
}
_UNKNOWN = "–"  # noqa: RUF001  the dash of statutory tables


def checks_annex(
    outline: AnnexOutline, checks: tuple[CheckResult, ...], words: Mapping[str, str]
) -> Annex:
    """Return the annex of checks: both sides, the difference and the verdict of each."""
    rows = tuple(_check_row(number, check) for number, check in enumerate(checks, 1))
    return _annex(outline, words, rows, widths=(9, 68, 20, 14, 20, 18, 16))


def figures_annex(
    outline: AnnexOutline, figures: Mapping[str, FigureEntry], words: Mapping[str, str]
) -> Annex:
    """Return the annex of figures: name, value, unit of measure and period of each."""
    rows = tuple(
        _figure_row(number, key, entry) for number, (key, entry) in enumerate(figures.items(), 1)
    )
    return _annex(outline, words, rows, widths=(10, 67, 26, 22, 40))


def _annex(
    outline: AnnexOutline, words: Mapping[str, str], rows: tuple[Row, ...], widths: tuple[int, ...]
) -> Annex:
    table = Table(
        caption="",
        scope="",
        widths=widths,
        name_column=2,
        head=(tuple(HeadCell(text=column) for column in outline.columns),),
        rows=rows,
        note=outline.note,
    )
    attachment = say(outline.attachment, words)
    return Annex(label=outline.label, title=outline.title, attachment=attachment, table=table)


def _check_row(number: int, check: CheckResult) -> Row:
    sides = [
        _UNKNOWN if amount is None else numbers.number(amount)
        for amount in (check.left, check.right, check.difference)
    ]
    left, right, difference = sides
    texts = (str(number), check.label, left, check.relation, right, difference)
    cells = tuple(TextSpan(text=text) for text in (*texts, _VERDICTS[check.verdict]))
    # A broken check must not be overlooked.
    return Row(cells=cells, total=check.verdict is Verdict.BROKEN)


def _figure_row(number: int, key: str, entry: FigureEntry) -> Row:
    cells: tuple[Span, ...] = (
        TextSpan(text=str(number)),
        TextSpan(text=entry.label),
        FigureSpan(text=entry.display, figure=key),
        TextSpan(text=entry.unit_of_measure),
        TextSpan(text=numbers.span(entry.period)),
    )
    return Row(cells=cells)
