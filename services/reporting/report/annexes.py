"""The annexes of a report: how its figures agree, all of them, their course, whence they came."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.reporting.report import numbers
from services.reporting.report.content import (
    Block,
    Chart,
    FigureList,
    FigureSpan,
    HeadCell,
    Row,
    Span,
    Table,
    TextSpan,
)
from services.reporting.report.filing import Filing
from services.reporting.report.model import (
    Annex,
    CheckResult,
    FigureEntry,
    Report,
    Severity,
    Verdict,
)
from services.reporting.report.outline import AnnexOutline
from services.reporting.report.wording import Writer

_VERDICTS = {
    Verdict.HOLDS: "Khớp",
    Verdict.BROKEN: "Không khớp",
    Verdict.NOT_CHECKED: "Chưa đối chiếu được",
}
_SEVERITIES = {Severity.ERROR: "Lỗi", Severity.WARNING: "Cảnh báo", Severity.NOTE: "Lưu ý"}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def annexes(
    outlines: Sequence[AnnexOutline],
    writer: Writer,
    checks: Sequence[CheckResult],
    charts: Sequence[Chart],
    filings: Sequence[Filing],
) -> tuple[Annex, ...]:
    """Return the annexes."""
    blocks: Mapping[str, Callable[[AnnexOutline], Sequence[Block]]] = {
        "checks": lambda outline: [_checks(outline, checks)],
        "figures": lambda outline: [FigureList(columns=outline.columns, note=outline.note)],
        "charts": lambda _: charts,
        "returns": lambda outline: [_returns(outline, filings)],
    }
    return numbered(
        Annex(
            kind=outline.kind,
            label="",
            title=outline.title,
            attachment=writer.say(outline.attachment),
            blocks=tuple(blocks[outline.kind](outline)),
        )
        for outline in outlines
    )


def numbered(told: Iterable[Annex]) -> tuple[Annex, ...]:
    """Return annexes with Roman numbers where there are several (Phụ lục I, Phần III.1)."""
    annexes = list(told)
    if len(annexes) == 1:
        return (annexes[0].model_copy(update={"label": "Phụ lục"}),)
    return tuple(
        annex.model_copy(update={"label": f"Phụ lục {number}"})
        for annex, number in zip(annexes, _ROMAN, strict=False)
    )


def listed(report: Report) -> Report:
    """Return a report to be printed: each list of its figures has become a table."""

    def printed(block: Block) -> Block:
        return _figures(block, report.figures) if isinstance(block, FigureList) else block

    return report.model_copy(
        update={
            "annexes": tuple(
                annex.model_copy(update={"blocks": tuple(map(printed, annex.blocks))})
                for annex in report.annexes
            )
        }
    )


def _checks(outline: AnnexOutline, checks: Sequence[CheckResult]) -> Table:
    """Return the table of checks: both sides, the difference, the verdict; broken ones are bold."""
    rows = [check_row(number, check) for number, check in enumerate(checks, 1)]
    return _table(outline, rows, widths=(8, 66, 21, 12, 21, 18, 16, 20))


def _figures(told: FigureList, figures: Mapping[str, FigureEntry]) -> Table:
    """Return the table of figures: name, value, unit of measure and period of each."""
    rows = [
        _figure_row(number, key, entry) for number, (key, entry) in enumerate(figures.items(), 1)
    ]
    return _table(told, rows, widths=(10, 67, 26, 22, 40))


def _returns(outline: AnnexOutline, filings: Sequence[Filing]) -> Table:
    """Return the table of forms: for how many periods, how they came, which are missing."""
    rows = [_filing_row(number, filing) for number, filing in enumerate(filings, 1)]
    return _table(outline, rows, widths=(9, 52, 15, 15, 15, 17, 15, 40))


def _table(
    outline: AnnexOutline | FigureList, rows: Sequence[Row], widths: tuple[int, ...]
) -> Table:
    return Table(
        caption="",
        scope="",
        widths=widths,
        name_column=2,
        head=(tuple(HeadCell(text=column) for column in outline.columns),),
        rows=tuple(rows),
        note=outline.note,
    )


def check_row(number: int, check: CheckResult) -> Row:
    """Return the row of a check, which is the `number`th one, in the annex of checks."""
    label = f"{check.label}. {check.note}" if check.note else check.label
    left, right, difference = map(side, (check.left, check.right, check.difference))
    texts = (str(number), label, left, check.relation, right, difference)
    broken = check.verdict is Verdict.BROKEN
    severity = _SEVERITIES[check.severity] if broken else ""
    cells = tuple(TextSpan(text=text) for text in (*texts, severity, _VERDICTS[check.verdict]))
    return Row(cells=cells, total=broken)


def _filing_row(number: int, told: Filing) -> Row:
    counts = (number, told.owed, told.in_time, told.late, told.waiting, len(told.missing))
    place, *numbered = (str(count) for count in counts)
    missing = "; ".join(map(numbers.span, told.missing))
    cells = tuple(TextSpan(text=text) for text in (place, told.form, *numbered, missing))
    return Row(cells=cells, total=bool(told.missing))


def side(amount: int | Decimal | date | None) -> str:
    """Return a side of a check as it is printed."""
    if amount is None:
        return numbers.NO_RATE
    return numbers.day(amount) if isinstance(amount, date) else numbers.number(amount)


def _figure_row(number: int, key: str, entry: FigureEntry) -> Row:
    cells: tuple[Span, ...] = (
        TextSpan(text=str(number)),
        TextSpan(text=entry.label),
        FigureSpan(text=entry.display, figure=key),
        TextSpan(text=entry.unit_of_measure),
        TextSpan(text=numbers.span(entry.period)),
    )
    return Row(cells=cells)
