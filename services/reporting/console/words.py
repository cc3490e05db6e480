"""The texts of the console in both languages, and how it writes numbers and days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from services.reporting.figure import Period
from services.reporting.report import numbers
from shared.clock import WARD_ZONE
from shared.frozen import Closed
from shared.messages_of_access import ROLES
from shared.people import Role
from shared.periods import Step
from shared.toml_files import read

type Language = Literal["vi", "en"]

_SIGNS = str.maketrans(",.", ".,")


class _Text(Closed):
    vi: str
    en: str


class _File(Closed):
    text: Mapping[str, _Text]


TEXTS: Mapping[str, _Text] = read(Path(__file__).with_suffix(".toml"), _File).content.text
"""Every text by its name."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the console says, in one language."""

    language: Language

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a text; raises KeyError for one that there is not."""
        told = TEXTS[name]
        return (told.en if self.language == "en" else told.vi).format(**values)

    def number(self, value: int | Decimal | None, decimals: int = 0) -> str:
        """Return a number, `1.183` or `1,183`; a dash for none."""
        if value is None:
            return numbers.NO_RATE
        plain = numbers.number(value, decimals)
        return plain.translate(_SIGNS) if self.language == "en" else plain

    def signed(self, value: int | Decimal | None, decimals: int = 0) -> str:
        """Return a difference with its sign."""
        plain = self.number(value, decimals)
        return f"+{plain}" if value is not None and value > 0 else plain.replace("-", "−")  # noqa: RUF001

    def share(self, value: Decimal | None) -> str:
        """Return percents with one decimal: `97,5%`."""
        return self.number(value) if value is None else f"{self.number(value, 1)}%"

    def day(self, when: date, of: int | None = None) -> str:
        """Return a day in figures: `05/04/2026`; on a page of a year `05/04` for one of that."""
        return f"{when:%d/%m}" if when.year == of else f"{when:%d/%m/%Y}"

    def moment(self, when: datetime) -> str:
        """Return an instant as the clock of the ward shows it: `14:05 05/04/2026`."""
        return f"{when.astimezone(WARD_ZONE):%H:%M %d/%m/%Y}"

    def role(self, role: Role) -> str:
        """Return what somebody with a role is called."""
        return ROLES[role] if self.language == "vi" else role.replace("_", " ")

    def span(self, period: Period) -> str:
        """Return the days of a period."""
        if period.start == period.end:
            return self.day(period.start)
        return f"{self.day(period.start)} – {self.day(period.end)}"  # noqa: RUF001

    def step(self, span: Period, by: Step) -> str:
        """Return how a month, quarter or year of a course is called: `5/2025`, `Quý 2/2025`."""
        year = span.start.year
        if by == "year":
            return str(year)
        if by == "quarter":
            return self("step_quarter", number=(span.start.month + 2) // 3, year=year)
        return f"{span.start.month}/{year}"
