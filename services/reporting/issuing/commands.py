"""What may be asked about documents: draw one, or take a step with one."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Discriminator, Field, Tag

from services.reporting.issuing.letter import FormError
from services.reporting.issuing.model import Act, Action
from services.reporting.report.model import Borders
from shared.frozen import EARLIEST_DAY, Closed
from shared.printable import on_one_line

type Reason = Annotated[str, Field(max_length=500), AfterValidator(on_one_line)]
"""Why, in words, which are printed where it is a waiver's."""


class DrawReport(Closed):
    """Draw the report of a unit for a period, as recorded up to a day; today."""

    kind: Literal["report"]
    unit: Annotated[str, Field(max_length=16, examples=["10525"])]
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    as_of: date | None = None
    borders: Borders | None = None


class DrawPeriodic(Closed):
    """Draw the periodic report of a unit, for a kind of period of shared/periods.toml."""

    kind: Literal["periodic"]
    unit: Annotated[str, Field(max_length=16, examples=["10525"])]
    period: Annotated[str, Field(max_length=32, examples=["statutory_quarter"])]
    year: Annotated[int, Field(ge=EARLIEST_DAY.year, le=9998)]
    number: Annotated[int, Field(ge=1)] = 1
    as_of: date | None = None


class DrawReplacement(Closed):
    """Draw the report that replaces an issued one, whose content is wrong: the same question."""

    kind: Literal["replacement"]
    replaces: UUID
    as_of: date | None = None


class DrawLetter(Closed):
    """Draw the letter that corrects the form of an issued report."""

    kind: Literal["letter"]
    corrects: UUID
    errors: Annotated[tuple[FormError, ...], Field(min_length=1, max_length=50)]


def _kind(value: Any) -> object:
    return value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)


type Order = Annotated[
    Annotated[DrawReport, Tag("report")]
    | Annotated[DrawPeriodic, Tag("periodic")]
    | Annotated[DrawReplacement, Tag("replacement")]
    | Annotated[DrawLetter, Tag("letter")],
    Discriminator(_kind),
]


class TakeStep(Closed):
    """Take a step with a document.

    `sha256` is the content that was looked at: for waive, approve_content, check_form and sign.
    `reason` goes with waive, send_back and recall; `check` names what is waived.
    """

    action: Literal[
        Action.WAIVE,
        Action.APPROVE_CONTENT,
        Action.CHECK_FORM,
        Action.SEND_BACK,
        Action.SIGN,
        Action.NUMBER,
        Action.ISSUE,
        Action.RECALL,
    ]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    reason: Reason = ""
    check: Annotated[str, Field(max_length=400)] = ""

    def act(self) -> Act:
        """Return it as decisions know it."""
        return Act(action=self.action, sha256=self.sha256, reason=self.reason, check=self.check)
