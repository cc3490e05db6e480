"""What may stand in a file of indicators: named figures, and the ways in which they are found."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.formula import FormulaText
from shared.frozen import Closed
from shared.quantity import Qualifier

type Measure = Literal[
    "received", "received_for_others", "closed", "overdue", "inspected", "fined", "visitors"
]
"""What tallies count (services/reporting/projections/contributions.py)."""

type At = Literal["within", "before", "end"]
"""Which amount of a series counts: of the days of a span, of all before it, of all to its end."""

IndicatorId = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=64)]

RESERVED = ("year", "months")
"""Selectors that any figure has: a calendar year, the last so many months of the period."""

OF_THE_DAY = ("day", "year")
"""What entries say beside their fields: the day on which they happened, and its year."""


class Kind(StrEnum):
    """What may be done with a figure.

    Flows add up over time, levels hold at a day, ratios neither; a target is to be reached.
    """

    FLOW = "flow"
    LEVEL = "level"
    RATIO = "ratio"
    TARGET = "target"
    TEXT = "text"


class Term(Closed):
    """One sum of tallies: of a measure, over a span of days, narrowed to series by `where`."""

    measure: Measure
    at: At = "within"
    sign: Literal[1, -1] = 1
    where: Mapping[str, frozenset[str]] = Field(default_factory=dict)


class Line(Closed):
    """A line of accepted returns.

    Those of several periods are added up (`sum`), or the latest holds, or `every` one: then they
    are one value, or the range of them; or one alone, of `exact`ly the days that are asked for.
    `span` "years" takes whole years that the period touches.
    Left out, `combine` is `sum` for a flow and `latest` for the rest.
    """

    combine: Literal["sum", "latest", "every", "exact"] | None = None
    span: Literal["period", "years"] = "period"


class Entries(Closed):
    """Entries of a register that fall within the period: their number, or what one field says.

    `where` are the values of fields that count; `dimension` is a field by which the figure may be
    narrowed. `say` names a field, or `day` or `year` of the entry; `pick` says of which entries.
    """

    register_code: str = Field(alias="register")
    where: Mapping[str, str] = Field(default_factory=dict)
    dimension: str | None = None
    say: str | None = None
    pick: Literal["first", "latest", "all"] = "latest"


class Elapsed(Closed):
    """Whole years from the day of another figure to the end of the period."""

    since: IndicatorId
    qualifier: Qualifier | None = None


class Split(Closed):
    """A dimension whose values are indicators of their own."""

    dimension: str
    values: Mapping[str, str]


class Printed(Closed):
    """How a number is printed where not as it is: divided by a number, in another unit."""

    divide: int = Field(gt=1)
    unit: str


WAYS = ("terms", "formula", "line", "entry", "elapsed", "heading", "schedule")


def _of_shared_ones(told: object) -> object:
    """Take a mere list of names for shared dimensions."""
    return dict.fromkeys(told, "shared") if isinstance(told, list) else told


type Dimensions = Mapping[str, Literal["open", "shared"] | Mapping[str, str]]


class Indicator(Closed):
    """A named figure, found in exactly one of the WAYS; `split` may stand beside it or alone.

    `dimensions` are what it may be narrowed by, each with its codes and their words. "open" ones
    take any value (a street), "shared" ones stand in the catalogue (a channel); a mere list of
    names is of shared ones. `words` are printed for the codes of a text. What is declared may be
    `negative` where it is a change; a flow or level `fractional` where it is measured (hectares),
    not counted. What is `of_one_unit` is not added up over units, though a flow or a level.
    """

    id: IndicatorId
    label: str = Field(min_length=1)
    unit_of_measure: str = ""
    kind: Kind
    department: str
    dimensions: Annotated[
        Dimensions, BeforeValidator(_of_shared_ones, json_schema_input_type=Dimensions | list[str])
    ] = Field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    formula: FormulaText | None = None
    line: Line | None = None
    entry: Entries | None = None
    elapsed: Elapsed | None = None
    heading: Literal["years"] | None = None
    schedule: Literal["weekday"] | None = None
    split: Split | None = None
    decimals: int = Field(default=2, ge=0, le=6)
    printed: Printed | None = None
    more_than: Literal["trên", "hơn"] = "trên"
    words: Mapping[str, str] = Field(default_factory=dict)
    sensitive: bool = False
    negative: bool = False
    fractional: bool = False
    of_one_unit: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.ways) > 1 or not (self.ways or self.split):
            raise ValueError(f"give one of {', '.join(WAYS)}")
        if self.line and self.combine == "sum" and self.kind not in (Kind.FLOW, Kind.LEVEL):
            raise ValueError(f"a {self.kind.value} cannot be added up")
        reserved = [name for name in RESERVED if name in self.dimensions]
        if reserved:
            raise ValueError(f"{reserved[0]} narrows every figure, it is no dimension of one")
        return self

    @cached_property
    def ways(self) -> list[str]:
        """How the indicator is found: one of WAYS, none where only its split leads to others."""
        return [way for way in WAYS if getattr(self, way) not in (None, ())]

    @cached_property
    def combine(self) -> Literal["sum", "latest", "every", "exact"]:
        """How lines of several periods become one figure."""
        told = self.line.combine if self.line else None
        return told or ("sum" if self.kind is Kind.FLOW else "latest")

    def mentions(self) -> Iterator[str]:
        """Yield the indicators that this one is made of."""
        if self.formula is not None:
            yield from (slot.indicator for slot in self.formula.operands)
        if self.elapsed is not None:
            yield self.elapsed.since
        if self.split is not None:
            yield from self.split.values.values()


class Dimension(Closed):
    """A dimension that several indicators have; a value of `groups` stands for several others."""

    id: str
    values: Mapping[str, str]
    groups: Mapping[str, frozenset[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _groups_are_of_values(self) -> Self:
        named = set(self.groups).union(*self.groups.values())
        if unknown := sorted(named - self.values.keys()):
            raise ValueError(f"{unknown[0]} is none of the values")
        return self


class IndicatorFile(Closed):
    """A file of indicators, and of dimensions that they share with those of other files."""

    dimensions: tuple[Dimension, ...] = Field(alias="dimension", default=())
    indicators: tuple[Indicator, ...] = Field(alias="indicator", min_length=1)
