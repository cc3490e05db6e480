"""What the returns service may be asked: about returns, entries of registers, lineage of units."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.casework.commands import Reason, UnitCodeOrId
from shared.events.lineage import Share, Weight
from shared.events.returns import Absence, IndicatorCode, Name
from shared.frozen import Closed
from shared.indicators import INDICATORS
from shared.printable import on_one_line, printable
from shared.quantity import MOST_DECIMALS, Qualifier, Quantity, parse


def _quantity(told: object) -> Quantity | None:
    """Return what a number of JSON or a text means: 4100, "4.100", "trên 95%", "60 - 65"."""
    if told is None or isinstance(told, Quantity):
        return told
    try:
        return parse(told if isinstance(told, int | float | str) else str(told))
    except ValueError:
        raise PydanticCustomError("not_a_quantity", "is not a number") from None


PrintedText = Annotated[str, Field(min_length=1, max_length=8000), AfterValidator(printable)]
NameInUse = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(on_one_line)]
"""The name of a street, a school: what people wrote, without the chances of typing."""

Value = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(on_one_line)]


class DeclareFigure(Closed):
    """Declare one line: a number, a text, or why there is neither.

    A number may be typed as people write it; or it comes in the parts that it is published in.
    """

    indicator: IndicatorCode
    dimensions: Mapping[Name, NameInUse] | None = None
    amount: Annotated[
        Quantity | None, PlainValidator(_quantity, json_schema_input_type=int | float | str | None)
    ] = Field(default=None, examples=[4_100, "khoảng 4.100", "9,3", "60 - 65"])
    decimals: Annotated[int, Field(ge=1, le=MOST_DECIMALS)] | None = None
    upper: int | None = None
    qualifier: Qualifier | None = None
    text: PrintedText | None = None
    until: date | None = None
    absence: Absence | None = None

    @field_validator("amount", mode="before")
    @classmethod
    def _percent_of_percentages_alone(cls, told: object, info: ValidationInfo) -> object:
        """Refuse "95%" of what is counted in people: 95 of them are hardly meant."""
        indicator = INDICATORS.get(info.data.get("indicator", ""))
        percent = isinstance(told, str) and told.rstrip().endswith("%")
        if percent and indicator is not None and indicator.unit_of_measure != "%":
            unit = {"unit": indicator.unit_of_measure}
            raise PydanticCustomError("percent_elsewhere", "is in {unit}, not in percent", unit)
        return told


Figures = Annotated[Sequence[DeclareFigure], Field(min_length=1, max_length=2000)]


class OfPeriod(Closed):
    """Which return is meant: of a unit, on a form, for a period of which both days are part."""

    unit: UnitCodeOrId
    form: Annotated[str, Field(max_length=64, examples=["budget"])]
    period_start: date
    period_end: date


class WriteDraft(OfPeriod):
    """Keep what is written so far; nothing is declared by it."""

    figures: Figures


class SubmitReturn(OfPeriod):
    """Submit a department's form to the ward office: these figures, or a version of the draft."""

    figures: Figures | None = None
    draft: int | None = None


class AcceptReturn(OfPeriod):
    """Accept a department's form at once. Lines left out are missing, not zero."""

    figures: Figures


class AcceptSubmission(Closed):
    """Accept a submitted return in the version that was read."""

    sequence: Annotated[int, Field(ge=1)]


class SendBack(AcceptSubmission):
    """Send a submitted return back to its department, in the version that was read."""

    reason: Reason


class CorrectReturn(Closed):
    """Put lines of an accepted return right; lines left out stay as they are."""

    figures: Figures
    reason: Reason


class RecordEntry(Closed):
    """Enter something in a register under the day on which it happened."""

    unit: UnitCodeOrId
    register_code: Annotated[str, Field(max_length=64, examples=["meetings"])]
    happened_on: date
    values: Mapping[Name, Value]


class CorrectEntry(Closed):
    """Put an entry right, or say with `cancelled` that it should not be there.

    `values` replaces those that it names.
    """

    happened_on: date | None = None
    values: Mapping[Name, Value] | None = None
    cancelled: bool | None = None
    reason: Reason


class TellWay(Closed):
    """What of the unit went into one of 2025; a part has the weight of its people."""

    new: UnitCodeOrId
    share: Share
    weight: Weight | None = None


class CorrectLineage(Closed):
    """Tell what became of a unit of 2004: every unit that it went into, and which text says so."""

    unit: UnitCodeOrId
    ways: Annotated[Sequence[TellWay], Field(min_length=1, max_length=100)]
    legal_basis: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(on_one_line)]
    reason: Reason
