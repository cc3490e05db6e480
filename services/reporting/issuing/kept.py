"""A report as a document keeps it, with as much of it as later software has to read. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.reporting.report import ReportHeading
from services.reporting.report.model import Header, Signature
from shared.frozen import Frozen


class Told(Frozen):
    """A figure as a report tells it: `value` as in JSON, `display` as printed."""

    value: int | str | None
    absence: str | None
    display: str


class KeptFigure(Told):
    """A figure of a kept report, with no more of it than is compared."""

    label: str
    unit_of_measure: str
    parts: tuple[str, ...] = ()

    @property
    def told(self) -> Told:
        """What is compared of it."""
        return Told(value=self.value, absence=self.absence, display=self.display)


class KeptCheck(Frozen):
    """A check of a kept report, with both sides."""

    id: str
    label: str
    relation: str
    left: Decimal | int | date | None
    right: Decimal | int | date | None
    difference: Decimal | int | None
    note: str = ""


class KeptReport(Frozen):
    """A kept report, without its text."""

    outline: str
    about: ReportHeading
    title: str
    header: Header
    signature: Signature
    figures: Mapping[str, KeptFigure]
    checks: tuple[KeptCheck, ...] = ()


def kept(model: bytes) -> KeptReport:
    """Return a report kept as JSON."""
    return KeptReport.model_validate_json(model)
