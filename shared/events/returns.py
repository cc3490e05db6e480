"""What services/returns publishes.

Figures that a department declares on a statutory form for a period.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.events.cases import UnitId
from shared.events.envelope import Event
from shared.frozen import Frozen


class Absence(StrEnum):
    """Why a declared line holds no number; a zero is a number."""

    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class DeclaredFigure(Frozen):
    """One line of a form.

    A whole amount in the indicator's unit of measure, or why there is none.
    """

    indicator: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=64)]
    amount: int | None = Field(default=None, ge=-(10**15), le=10**15)
    absence: Absence | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "DeclaredFigure":
        if (self.amount is None) == (self.absence is None):
            message = "a line holds either an amount or the reason of its absence"
            raise ValueError(message)
        return self


class Return(Frozen):
    """A form of one unit for one period, as it now stands. Both days belong to the period."""

    unit: UnitId
    form: Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=64)]
    period_start: date
    period_end: date
    figures: tuple[DeclaredFigure, ...] = Field(min_length=1)

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


class ReturnAccepted(Event):
    """The ward office accepted a return."""

    type: Literal["returns.return.accepted"] = "returns.return.accepted"
    data: ReturnData


class ReturnCorrected(Event):
    """An accepted return was wrong; the payload holds what is right."""

    type: Literal["returns.return.corrected"] = "returns.return.corrected"
    data: ReturnCorrectedData
