"""Checks: relations between figures that must hold, evaluated and never silently dropped."""

from decimal import Decimal

from services.reporting.report.book import FigureBook, amount
from services.reporting.report.model import CheckResult, Verdict, figure_key
from services.reporting.report.outline import CheckOutline


def evaluate(check: CheckOutline, book: FigureBook) -> CheckResult:
    """Return both sides of a check and whether it holds; absent figures leave it unchecked."""
    left = amount([book.take(slot) for slot in check.left])
    right = amount([book.take(slot) for slot in check.right])
    difference = None if left is None or right is None else left - right
    return CheckResult(
        id=check.id,
        label=check.label,
        relation=check.relation,
        left=left,
        right=right,
        difference=difference,
        verdict=_verdict(check.relation, difference),
        figures=tuple(figure_key(s.indicator, s.dimensions) for s in check.left + check.right),
    )


def _verdict(relation: str, difference: int | Decimal | None) -> Verdict:
    if difference is None:
        return Verdict.NOT_CHECKED
    holds = difference == 0 if relation == "=" else difference <= 0
    return Verdict.HOLDS if holds else Verdict.BROKEN
