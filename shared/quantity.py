"""Numbers as people state them: exactly, about, more or less than, from one to another.

Vietnamese usage: a comma before the decimals, dots between thousands. `4.100`, `9,3`, `trên 95%`,
`khoảng 4.100`, `60 - 65`, `dưới 0,7`.
"""

import re
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, model_validator

from shared.frozen import Frozen

LARGEST = 10**15
MOST_DECIMALS = 6


class Qualifier(StrEnum):
    """How a number is meant where it is not meant exactly."""

    ABOUT = "about"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


class Quantity(Frozen):
    """A number: `amount` units of its last decimal place, of which it has `decimals`.

    9,3 is 93 with one decimal. `upper` is the other end of a range, in the same units.
    """

    amount: int = Field(ge=-LARGEST, le=LARGEST)
    decimals: int = Field(default=0, ge=0, le=MOST_DECIMALS)
    upper: int | None = Field(default=None, ge=-LARGEST, le=LARGEST)
    qualifier: Qualifier | None = None

    @model_validator(mode="after")
    def _range_runs_upwards(self) -> "Quantity":
        if self.upper is not None and self.upper <= self.amount:
            message = "upper must be above amount"
            raise ValueError(message)
        if self.upper is not None and self.qualifier is not None:
            message = "a range has no qualifier"
            raise ValueError(message)
        return self

    @property
    def value(self) -> int | Decimal:
        """The number, or the lower end of a range: whole where it has no decimals."""
        return _scaled(self.amount, self.decimals)

    @property
    def upper_value(self) -> int | Decimal | None:
        """The upper end of a range, None where it is none."""
        return None if self.upper is None else _scaled(self.upper, self.decimals)


_WORDS = {
    "khoảng": Qualifier.ABOUT,
    "gần": Qualifier.ABOUT,
    "trên": Qualifier.MORE_THAN,
    "hơn": Qualifier.MORE_THAN,
    "dưới": Qualifier.LESS_THAN,
}
_NUMBER = re.compile(r"(-?)(\d{1,3}(?:\.\d{3})+|\d{1,16})(?:,(\d{1,6}))?", re.ASCII)
_RANGE = re.compile(r"\s*(?:-|\u2013|đến)\s*")


def parse(told: str | float | Decimal) -> Quantity:
    """Return the quantity that somebody typed or a cell holds.

    Raises ValueError where it is none, with the rule that it broke.
    """
    if isinstance(told, bool):
        raise ValueError("a number is not yes or no")  # noqa: TRY004 - one kind of refusal
    if isinstance(told, int):
        return Quantity(amount=told)
    if isinstance(told, float | Decimal):
        return _exact(Decimal(repr(told)) if isinstance(told, float) else told)
    text = told.strip().removesuffix("%").strip().lower()
    word, _, rest = text.partition(" ")
    if word in _WORDS:
        amount, decimals = _read(rest.strip())
        return Quantity(amount=amount, decimals=decimals, qualifier=_WORDS[word])
    # A minus right before a digit at the beginning is a sign, any other one is between two ends.
    ends = _RANGE.split(text.removeprefix("-"), maxsplit=1)
    if len(ends) == 1 or text.startswith("-"):
        amount, decimals = _read(text)
        return Quantity(amount=amount, decimals=decimals)
    (low, first), (high, second) = map(_read, ends)
    decimals = max(first, second)
    return Quantity(
        amount=low * 10 ** (decimals - first),
        decimals=decimals,
        upper=high * 10 ** (decimals - second),
    )


def _read(text: str) -> tuple[int, int]:
    """Return a number's amount in units of its last decimal place, and how many it has."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a number such as 4.100 or 9,3")
    sign, whole, decimals = found[1], found[2].replace(".", ""), (found[3] or "").rstrip("0")
    return int(f"{sign}{whole}{decimals}"), len(decimals)


def _exact(number: Decimal) -> Quantity:
    if not number.is_finite():
        raise ValueError(f"{number} is not a number")
    exponent = number.normalize().as_tuple().exponent
    decimals = max(0, -int(exponent))
    if decimals > MOST_DECIMALS:
        raise ValueError(f"{number} has more than {MOST_DECIMALS} decimals")
    return Quantity(amount=int(number.scaleb(decimals)), decimals=decimals)


def _scaled(amount: int, decimals: int) -> int | Decimal:
    return Decimal(amount).scaleb(-decimals) if decimals else amount
