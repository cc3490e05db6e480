"""What services/returns publishes of the lineage of units: what of one of 2004 went where.

The lists of units know the ways, not the weights; what offices above the units find out is told as
events, and every correction tells all ways of its unit anew.
"""

import re
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from shared.events.cases import UnitId
from shared.events.envelope import Event
from shared.events.returns import Words
from shared.frozen import Frozen

_WEIGHT = re.compile(r"([0-9]{1,9}(/[1-9][0-9]{0,8})?|[0-9]\.[0-9]{1,8})")
"""A decimal is told as a fraction, and so has no more decimals than a denominator has noughts."""


def _weight(told: object) -> Fraction:
    """Return what a weight means: "2/3", 4512 people of 6713 as "4512/6713", "0.62", 0.62."""
    if not _WEIGHT.fullmatch(str(told)):
        raise PydanticCustomError("not_a_weight", "is not a weight such as 4512/6713 or 0.62")
    return Fraction(str(told))


Weight = Annotated[
    Fraction,
    BeforeValidator(_weight),
    WithJsonSchema({"type": "string", "pattern": f"^{_WEIGHT.pattern}$", "examples": ["2/3"]}),
]
"""A part of a unit as an exact fraction, so that all its parts can add up to 1."""


class Share(StrEnum):
    """What of a unit went into another: all, a part of its people, area alone."""

    WHOLE = "whole"
    PART = "part"
    LAND = "land"


class Way(Frozen):
    """What of a unit went into another; a part has a weight, and nothing else has one."""

    new: UnitId
    share: Share
    weight: Weight | None = None


class UnitLineage(Frozen):
    """All that became of a unit of 2004: by law from a day, in practice from another.

    `legal_basis` is the text that says so.
    """

    unit: UnitId
    legal_on: date
    operates_on: date
    ways: tuple[Way, ...] = Field(min_length=1)
    legal_basis: Annotated[Words, Field(min_length=1, max_length=500)]


class LineageData(Frozen):
    """The lineage of the unit as it is now known."""

    lineage: UnitLineage


class LineageCorrected(Event):
    """An office above a unit told what became of it, better than the lists or it told before.

    A unit has one lineage: its subject is `lineage_id`.
    """

    type: Literal["returns.lineage.corrected"] = "returns.lineage.corrected"
    data: LineageData

    @model_validator(mode="after")
    def _is_the_unit_s(self) -> "LineageCorrected":
        if self.subject != lineage_id(self.data.lineage.unit):
            message = "subject must be that of the unit's lineage"
            raise ValueError(message)
        return self


def lineage_id(unit: str) -> UUID:
    """Return the identity of a unit's lineage, of which there is one."""
    return uuid5(NAMESPACE_URL, f"wardbook/lineage/{unit}")
