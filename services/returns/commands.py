"""What the returns service may be asked: accept a form for a period, correct an accepted one."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from shared.casework.commands import Reason, UnitCodeOrId
from shared.events.returns import Absence
from shared.frozen import Closed


class DeclareFigure(Closed):
    """Declare one line: a whole amount in the line's unit of measure, or why there is none."""

    indicator: Annotated[str, Field(max_length=64)]
    amount: Annotated[int, Field(ge=-(10**15), le=10**15, strict=True)] | None = None
    absence: Absence | None = None


class AcceptReturn(Closed):
    """Accept a department's form for a period. Lines left out are missing, not zero."""

    unit: UnitCodeOrId
    form: Annotated[str, Field(max_length=64, examples=["budget"])]
    period_start: date
    period_end: date
    figures: Annotated[Sequence[DeclareFigure], Field(min_length=1, max_length=500)]


class CorrectReturn(Closed):
    """Put lines of an accepted return right; lines left out stay as they are."""

    figures: Annotated[Sequence[DeclareFigure], Field(min_length=1, max_length=500)]
    reason: Reason
