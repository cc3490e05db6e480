"""Formulas as sums of figures, each times a number, where they are such sums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from shared.formula import Formula
from shared.slots import FigureSlot


class NotLinear(Exception):
    """A formula is no sum of figures: it multiplies or divides by one, or adds a number."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """Figures, each times its number; the arithmetic that leads to no such sum raises NotLinear."""

    factors: Mapping[str, Fraction]

    def __add__(self, other: object) -> Self:
        if not isinstance(other, _Sum):
            raise NotLinear
        names = self.factors.keys() | other.factors.keys()
        zero = Fraction()
        return type(self)(
            {one: self.factors.get(one, zero) + other.factors.get(one, zero) for one in names}
        )

    def __mul__(self, times: object) -> Self:
        if not isinstance(times, Fraction):
            raise NotLinear
        return type(self)({name: factor * times for name, factor in self.factors.items()})

    def __sub__(self, other: object) -> Self:
        if not isinstance(other, _Sum):
            raise NotLinear
        return self + other * Fraction(-1)

    def __truediv__(self, by: object) -> Self:
        if not isinstance(by, Fraction):
            raise NotLinear
        return self * (1 / by)

    def __radd__(self, other: object) -> Self:
        raise NotLinear

    __rmul__, __rsub__, __rtruediv__ = __mul__, __radd__, __radd__


def linear(formula: Formula, name: Callable[[FigureSlot], str]) -> Mapping[str, Fraction]:
    """Return the figures of a formula by their names, each with its factor; raises NotLinear."""
    result = formula.value(lambda slot: _Sum({name(slot): Fraction(1)}))  # type: ignore[arg-type, return-value]
    if not isinstance(result, _Sum):
        raise NotLinear
    return result.factors
