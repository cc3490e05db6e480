"""The indicators as data: read from indicators.toml, checked, and looked up by id."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from services.reporting.figure import Kind
from shared.frozen import Closed


class Term(Closed):
    """One sum of tallies: of a measure, over a span of days, narrowed to series by `where`."""

    measure: Literal["received", "closed", "overdue", "visitors"]
    at: Literal["within", "before", "end"] = "within"
    sign: Literal[1, -1] = 1
    where: Mapping[str, frozenset[str]] = Field(default_factory=dict)


class Split(Closed):
    """A dimension whose values are indicators of their own."""

    dimension: str
    values: Mapping[str, str]


class Text(Closed):
    """A text that holds from a day on: the latest of a measure's series, said by one dimension."""

    measure: Literal["schedule"]
    dimension: str


class Indicator(Closed):
    """A named figure.

    Exactly one of `terms`, `numerator` with `denominator`, `declared`, `text` says how.

    `split` may stand beside them or alone; `dimensions` are what it may be narrowed by.
    """

    id: str
    label: str
    unit_of_measure: str
    kind: Kind
    department: str
    dimensions: frozenset[str] = frozenset()
    terms: tuple[Term, ...] = ()
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    declared: bool = False
    text: Text | None = None
    split: Split | None = None

    @model_validator(mode="after")
    def _one_formula(self) -> Self:
        formulas = [self.terms, self.numerator and self.denominator, self.declared, self.text]
        if sum(map(bool, formulas)) + (self.split is not None) == 0 or sum(map(bool, formulas)) > 1:
            message = f"{self.id}: give one of terms, numerator and denominator, declared, text"
            raise ValueError(message)
        return self

    def mentions(self) -> Iterator[str]:
        """Yield the indicators that this one is made of."""
        yield from (*self.numerator, *self.denominator)
        yield from (self.split.values.values() if self.split else ())


class Group(Closed):
    """A value of a dimension that stands for several."""

    dimension: str
    value: str
    means: frozenset[str]


class Catalogue(Closed):
    """All indicators and groups of a file; an id stands once and every mentioned one exists."""

    groups: tuple[Group, ...] = Field(alias="group", default=())
    indicators: tuple[Indicator, ...] = Field(alias="indicator", min_length=1)

    @model_validator(mode="after")
    def _closed_under_mention(self) -> Self:
        ids = [indicator.id for indicator in self.indicators]
        twice = {one for one in ids if ids.count(one) > 1}
        unknown = {name for one in self.indicators for name in one.mentions()} - set(ids)
        if twice or unknown:
            message = (
                f"defined twice: {sorted(twice)}; mentioned but not defined: {sorted(unknown)}"
            )
            raise ValueError(message)
        return self


def load(path: Path) -> Catalogue:
    """Read and check a file of indicators.

    Raises pydantic's ValidationError naming entry and field.
    """
    return Catalogue.model_validate(tomllib.loads(path.read_text()))


CATALOGUE = load(Path(__file__).parent / "indicators.toml")
INDICATORS: Mapping[str, Indicator] = {one.id: one for one in CATALOGUE.indicators}
"""Every indicator by its id."""
GROUPS: Mapping[tuple[str, str], frozenset[str]] = {
    (group.dimension, group.value): group.means for group in CATALOGUE.groups
}
"""What a group's value stands for."""
