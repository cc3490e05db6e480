"""Checks: relations between figures that must hold, evaluated and never silently dropped.

They are data, shared/checks.toml. A side is a formula; `not_past` asks whether the day by which a
target is to be reached lies behind the report's last day.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

import shared
from services.reporting.report.book import Absent, FigureBook
from services.reporting.report.keys import figure_key
from services.reporting.report.model import CheckResult, Severity, Verdict
from services.reporting.report.wording import Writer
from shared.formula import Formula, FormulaText
from shared.frozen import Closed
from shared.indicators import CATALOGUE
from shared.slots import FigureSlot, Sentence, Slot
from shared.toml_files import BadFile, TomlFile, read

CHECKS = Path(shared.__file__).with_name("checks.toml")

type Side = Decimal | int | date


class Check(Closed):
    """A relation between two formulas; `tolerance` is by how much it may fail to hold.

    A broken error keeps a report from being signed, a warning and a note do not. `note`, which may
    hold figures, says what explains a difference. With `each` the relation is to hold for each
    value of the dimension `by`, or each year, for which that indicator has figures: `?year=$year`.
    """

    id: str
    group: str
    label: str
    left: FormulaText
    relation: Literal["=", "≤", "≥", "<", "not_past"] = "="
    right: FormulaText | None = None
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    severity: Severity = Severity.ERROR
    note: Sentence | None = None
    each: Slot | None = None
    by: str | None = None

    @model_validator(mode="after")
    def _sides(self) -> Self:
        if (self.each is None) != (self.by is None):
            raise ValueError("each and by go together")
        if (self.relation == "not_past") != (self.right is None):
            raise ValueError("every relation but not_past has a right side")
        if self.right is None and len(self.left.operands) != 1:
            raise ValueError("not_past is said of one figure")
        return self

    @property
    def operands(self) -> tuple[FigureSlot, ...]:
        """The figures of both sides."""
        return self.left.operands + (self.right.operands if self.right else ())

    def figures(self) -> Iterator[tuple[str, Sequence[FigureSlot]]]:
        """Yield every figure that it names, by the key under which it does."""
        yield "left", self.left.operands
        yield "right", self.right.operands if self.right else ()
        yield "note", [piece for piece in self.note or () if isinstance(piece, FigureSlot)]
        yield "each", [self.each] if self.each else ()


class Checks(Closed):
    """A file of checks."""

    checks: tuple[Check, ...] = Field(alias="check", min_length=1)


def load(path: Path = CHECKS) -> tuple[Check, ...]:
    """Read and check the checks. Raises BadFile with all that is wrong."""
    file = read(path, Checks)
    if faults := list(_faults(file)):
        raise BadFile("\n".join(faults))
    return file.content.checks


def _faults(file: TomlFile[Checks]) -> Iterator[str]:
    seen = dict[str, int]()
    for place, check in enumerate(file.content.checks):
        first = seen.setdefault(check.id, place)
        if first != place:
            yield f"{file.at('check', place)}: stands in {file.at('check', first)} already"
        for step, slots in check.figures():
            faults = filter(None, map(CATALOGUE.check, slots))
            yield from (f"{file.at('check', place, step)}: {fault}" for fault in faults)


def unfinished(book: FigureBook) -> Iterator[CheckResult]:
    """Yield what is broken where texts are unwritten, or figures that are printed not reported."""
    for text in book.unwritten:
        yield _told(f"prose-{text.indicator}", f"Chưa có nội dung: {text.label}", Severity.ERROR, 1)
    if missing := book.missing():
        label = "Số liệu trong báo cáo chưa được báo cáo"
        yield _told("missing", label, Severity.WARNING, len(missing), missing)


def _told(
    name: str, label: str, severity: Severity, number: int, figures: tuple[str, ...] = ()
) -> CheckResult:
    return CheckResult(
        id=name,
        label=label,
        relation="=",
        left=number,
        right=0,
        difference=number,
        verdict=Verdict.BROKEN,
        severity=severity,
        figures=figures,
    )


def evaluate(check: Check, writer: Writer, end: date) -> Iterator[CheckResult]:
    """Yield both sides of a check and whether it holds, for each value that it is made for.

    `end` is the report's last day. An absent figure leaves a check unchecked.
    """
    if check.each is None or check.by is None:
        yield _result(check, writer, end, check.id, check.label)
        return
    for one in writer.each(check.each, check.by):
        label = f"{check.label} ({one.words[f'${check.by}']})"
        yield _result(check, one, end, f"{check.id}-{one.variables[check.by]}", label)


def _result(check: Check, writer: Writer, end: date, name: str, label: str) -> CheckResult:
    left, right, difference = _sides_of(check, writer, end)
    verdict = _verdict(check, difference)
    told = check.note if verdict is Verdict.BROKEN else None
    return CheckResult(
        id=name,
        label=label,
        relation="≥" if check.relation == "not_past" else check.relation,
        left=left,
        right=right,
        difference=difference,
        verdict=verdict,
        severity=check.severity,
        note=writer.say(told),
        figures=tuple(
            figure_key(slot.indicator, slot.dimensions) for slot in map(writer.slot, check.operands)
        ),
    )


def _sides_of(
    check: Check, writer: Writer, end: date
) -> tuple[Side | None, Side | None, Decimal | int | None]:
    if check.right is None:
        target = writer.book.take(writer.slot(check.left.operands[0]))
        if target.absence is not None:
            return None, end, None
        return target.period.end, end, (target.period.end - end).days
    left, right = _number(check.left, writer), _number(check.right, writer)
    if left is None or right is None:
        return _plain(left), _plain(right), None
    return _plain(left), _plain(right), _plain(left - right)


def _number(side: Formula, writer: Writer) -> Fraction | None:
    try:
        return side.value(lambda slot: writer.book.number(writer.slot(slot)))
    except (Absent, ZeroDivisionError):
        return None


def _verdict(check: Check, difference: Decimal | int | None) -> Verdict:
    if difference is None:
        return Verdict.NOT_CHECKED
    gap = Decimal(difference)
    match check.relation:
        case "=":
            holds = abs(gap) <= check.tolerance
        case "≤":
            holds = gap <= check.tolerance
        case "<":
            holds = gap < check.tolerance
        case "≥" | "not_past":
            holds = gap >= -check.tolerance
    return Verdict.HOLDS if holds else Verdict.BROKEN


def _plain(number: Fraction | None) -> Decimal | int | None:
    if number is None or number.denominator == 1:
        return None if number is None else number.numerator
    return Decimal(number.numerator) / number.denominator
