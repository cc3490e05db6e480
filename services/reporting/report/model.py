"""The finished report: every string as it is printed, and the figures that the strings came from.

Renderers only arrange what stands here. In JSON whole numbers are numbers; ratios are exact
decimals in percent, as strings, so that no reader rounds them; `absence` says why a value is not
there.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import computed_field, field_validator

from services.reporting.figure import Absence, Kind, Period
from services.reporting.report.content import Block, Paragraph
from shared.frozen import Frozen
from shared.quantity import Qualifier
from shared.record import record


class Audience(StrEnum):
    """For whom a report is. What is for the public leaves small counts out."""

    OFFICE = "office"
    PUBLIC = "public"


class Borders(StrEnum):
    """In which borders a report over the reform of 2025 is drawn.

    Those of its first days, those of today, or a unit's `own`: what it recorded itself, alone.
    """

    THEN = "then"
    TODAY = "today"
    OWN = "own"


class ReportHeading(Frozen):
    """What a report is about: a unit under its superior, a period, as known at the end of a day.

    `name` is what a period of a kind is called (`quý II năm 2023`), empty for any other.
    """

    unit_id: str
    unit_code: str
    unit_name: str
    parent_name: str
    period: Period
    as_of: date
    name: str = ""
    audience: Audience = Audience.OFFICE
    borders: Borders | None = None

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def evidence(self) -> str:
        """The address of what stands behind a figure, but for its key; none is public."""
        if self.audience is Audience.PUBLIC:
            return ""
        days = f"from={self.period.start}&to={self.period.end}&as_of={self.as_of}"
        borders = f"&borders={self.borders}" if self.borders else ""
        return f"/evidence?unit={self.unit_id}&{days}{borders}&figure="


class Section(Frozen):
    """A heading of level 1 (capitals) to 4, and what stands under it."""

    id: str
    level: int
    heading: str
    blocks: tuple[Block, ...]


class Part(Frozen):
    """A part (phần) of the report."""

    label: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]


class Header(Frozen):
    """The lines above the title."""

    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    country: str
    motto: str
    number: str
    place_and_date: str


class Signature(Frozen):
    """The lines below the body; the signer's name is blank until the report is signed.

    `position` is the own one of somebody who signs in the place of the `signer`, the head.
    """

    authority: str
    signer: str
    position: str = ""
    recipients: tuple[str, ...]
    name: str = ""

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def over_the_name(self) -> tuple[str, ...]:
        """The right and position of the signer, as they stand over the name."""
        return tuple(line for line in (self.authority, self.signer, self.position) if line)


class Annex(Frozen):
    """An annex (phụ lục). `kind` says what it lists; drafts of before it was said have none."""

    kind: str = ""
    label: str
    title: str
    attachment: str
    blocks: tuple[Block, ...]


@record(kw_only=True)
class FigureEntry:
    """A figure of the report. `display` is its form in a table; `parts` are the keys it sums up.

    `value` and `upper` are the ends of a range; `sections` are the ids of those that print it.
    """

    indicator: str
    dimensions: Mapping[str, str]
    label: str
    value: int | Decimal | str | None
    upper: int | Decimal | None = None
    qualifier: Qualifier | None = None
    absence: Absence | None
    display: str
    unit_of_measure: str
    kind: Kind
    period: Period
    parts: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What came of a check; one with an absent figure is not checked."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_CHECKED = "not_checked"


class Severity(StrEnum):
    """What a broken check means: an error keeps a report from being signed until it is waived."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class CheckResult(Frozen):
    """A check with both sides; `difference` is left minus right, in days where they are days."""

    id: str
    label: str
    relation: str
    left: Decimal | int | date | None
    right: Decimal | int | date | None
    difference: Decimal | int | None
    verdict: Verdict
    severity: Severity
    note: str = ""
    figures: tuple[str, ...]


class Report(Frozen):
    """One report of one unit, complete; or a letter (công văn).

    A letter has no title: its subject stands under its number. `addressee` is the line of a letter,
    or of a report to a superior body, that names it.
    """

    outline: str
    about: ReportHeading
    header: Header
    title: str
    subject: str
    addressee: str = ""
    period: str
    introduction: tuple[Block, ...]
    parts: tuple[Part, ...]
    closing: Paragraph
    signature: Signature
    annexes: tuple[Annex, ...]
    figures: Mapping[str, FigureEntry]
    checks: tuple[CheckResult, ...]

    @field_validator("figures", mode="before")
    @classmethod
    def _texts_alone_are_strings(cls, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read decimals from JSON, where they are strings, as what they are."""
        return {key: _with_decimal(one) for key, one in told.items()}


def _with_decimal(told: Any) -> Any:
    read = isinstance(told, dict) and told["kind"] != Kind.TEXT and isinstance(told["value"], str)
    return {**told, "value": Decimal(told["value"])} if read else told
