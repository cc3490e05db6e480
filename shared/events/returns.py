"""What services/returns publishes.

Returns: figures and texts that a department declares on a form for a period. Entries: what a
register of the ward office holds under a day (a meeting, a decision, a title).
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.events.cases import UnitId
from shared.events.envelope import Event
from shared.frozen import Frozen
from shared.quantity import LARGEST, MOST_DECIMALS, Qualifier, Quantity

Name = Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=64)]
IndicatorCode = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=64)]
Words = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*$")]
"""Text for print: no character that neither PostgreSQL nor a document can hold."""


class Absence(StrEnum):
    """Why a declared line holds no number; a zero is a number."""

    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class DeclaredFigure(Frozen):
    """One line of a form: a number, a text, or why there is neither.

    A number is `amount` units of its last decimal place, of which it has `decimals` (none: 0); see
    shared.quantity for `upper` and `qualifier`. `dimensions` say of which street, school, year of
    service it is. `until` is the day by which a target is to be reached.
    """

    indicator: IndicatorCode
    amount: int | None = Field(default=None, ge=-LARGEST, le=LARGEST)
    absence: Absence | None = None
    dimensions: Mapping[Name, Annotated[Words, Field(max_length=200)]] | None = None
    decimals: int | None = Field(default=None, ge=1, le=MOST_DECIMALS)
    upper: int | None = Field(default=None, ge=-LARGEST, le=LARGEST)
    qualifier: Qualifier | None = None
    text: Words | None = Field(default=None, min_length=1, max_length=8000)
    until: date | None = None

    @model_validator(mode="after")
    def _one_of_these(self) -> "DeclaredFigure":
        if (self.amount, self.text, self.absence).count(None) != 2:  # noqa: PLR2004 - of three
            message = "a line holds an amount, a text or the reason of its absence"
            raise ValueError(message)
        if self.amount is None and (self.decimals or self.upper is not None or self.qualifier):
            message = "decimals, upper and qualifier belong to an amount"
            raise ValueError(message)
        return self

    @property
    def quantity(self) -> Quantity | None:
        """The number of the line, None where it holds none."""
        if self.amount is None:
            return None
        return Quantity(
            amount=self.amount,
            decimals=self.decimals or 0,
            upper=self.upper,
            qualifier=self.qualifier,
        )


class ReturnStatus(StrEnum):
    """Where a return stands between department and ward office. Only accepted ones count."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


class Return(Frozen):
    """A form of one unit for one period, as it now stands. Both days belong to the period."""

    unit: UnitId
    form: Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=64)]
    period_start: date
    period_end: date
    figures: tuple[DeclaredFigure, ...] = Field(min_length=1)
    status: ReturnStatus | None = None
    """None in events from before there were other ones: accepted."""

    @model_validator(mode="after")
    def _period_runs_forward(self) -> "Return":
        if self.period_end < self.period_start:
            message = "period_end must not be before period_start"
            raise ValueError(message)
        return self


class ReturnData(Frozen):
    """The return as it now is."""

    ward_return: Return


class ReturnCorrectedData(ReturnData):
    """The corrected return, the step that was wrong, and which indicators of it."""

    corrects: str = Field(max_length=64)
    changed: tuple[str, ...] = Field(min_length=1)


class ReturnSubmitted(Event):
    """A department submitted a return, for the first time or anew; the ward office has to judge."""

    type: Literal["returns.return.submitted"] = "returns.return.submitted"
    data: ReturnData


class ReturnSentBack(Event):
    """The ward office sent a submitted return back, for a reason that the service keeps."""

    type: Literal["returns.return.sent_back"] = "returns.return.sent_back"
    data: ReturnData


class ReturnAccepted(Event):
    """The ward office accepted a return."""

    type: Literal["returns.return.accepted"] = "returns.return.accepted"
    data: ReturnData


class ReturnCorrected(Event):
    """An accepted return was wrong; the payload holds what is right."""

    type: Literal["returns.return.corrected"] = "returns.return.corrected"
    data: ReturnCorrectedData


class Entry(Frozen):
    """One entry of a register, as it now stands: when it was, and what the register asks of it."""

    unit: UnitId
    register_code: Name
    happened_on: date
    values: Mapping[Name, Annotated[Words, Field(min_length=1, max_length=1000)]]
    cancelled: bool = False


class EntryData(Frozen):
    """The entry as it now is."""

    entry: Entry


class EntryCorrectedData(EntryData):
    """The corrected or cancelled entry, the step that was wrong, and which fields of it."""

    corrects: str = Field(max_length=64)
    changed: tuple[str, ...] = Field(min_length=1)


class EntryRecorded(Event):
    """Something was entered in a register of the ward office."""

    type: Literal["returns.entry.recorded"] = "returns.entry.recorded"
    data: EntryData


class EntryCorrected(Event):
    """An entry was wrong, or should not be there; the payload holds what is right."""

    type: Literal["returns.entry.corrected"] = "returns.entry.corrected"
    data: EntryCorrectedData
