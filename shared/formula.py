"""Formulas over figures, as data files write them: `100 * (a.x + a.y?sex=f) / b.z`.

Numbers, figures, `+ - * /` and brackets. An operator has a blank on both sides, because `-` may
stand in a dimension's value. Arithmetic is exact (fractions).
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from shared.slots import FigureSlot, figure_slot

_OPERAND = re.compile(r"\$?[a-z_]+\.[a-z_]+(?:\?[^\s()]+)?")
_PLACE = re.compile(r"\b_(\d+)\b")
_OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}
_ALLOWED = (ast.BinOp, ast.Constant, ast.Name, ast.Load, *_OPERATORS)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and its figures, in the order in which they stand."""

    operands: tuple[FigureSlot, ...]
    _tree: ast.expr

    def each(self, change: Callable[[FigureSlot], FigureSlot]) -> "Formula":
        """Return the formula with each of its figures changed."""
        return replace(self, operands=tuple(map(change, self.operands)))

    def bind(self, variables: Mapping[str, str]) -> "Formula":
        """Return the formula with the variables of its figures replaced."""
        return self.each(lambda slot: slot.bind(variables))

    def narrowed(self, dimensions: Mapping[str, str]) -> "Formula":
        """Return the formula with each of its figures narrowed further."""
        return self.each(lambda slot: slot.narrowed(dimensions))

    def value(self, take: Callable[[FigureSlot], Fraction]) -> Fraction:
        """Return the result, `take` giving the value of each figure.

        Raises ZeroDivisionError, and whatever `take` raises.
        """
        return self._value(self._tree, take)

    def text(self, name: Callable[[FigureSlot], str]) -> str:
        """Return the formula as people read it, `name` giving the words for each figure."""
        told = ast.unparse(self._tree)
        return _PLACE.sub(lambda found: name(self.operands[int(found[1])]), told)

    def _value(self, node: ast.expr, take: Callable[[FigureSlot], Fraction]) -> Fraction:
        match node:
            case ast.BinOp(left, operator, right):
                calculate = _OPERATORS[type(operator)]
                return calculate(self._value(left, take), self._value(right, take))
            case ast.Constant(value):
                return Fraction(str(value))
            case ast.Name(name):
                return take(self.operands[int(name.removeprefix("_"))])
        raise AssertionError(node)  # `formula` lets nothing else in


def formula(text: Any) -> Formula:
    """Read a formula. Raises ValueError where it is none."""
    if not isinstance(text, str):
        raise ValueError("a formula is a text: indicator + indicator")  # noqa: TRY004 - for pydantic
    operands: list[FigureSlot] = []

    def name(found: re.Match[str]) -> str:
        operands.append(figure_slot(found[0]))
        return f"_{len(operands) - 1}"

    source = _OPERAND.sub(name, text).strip()
    if re.search(r"[a-zA-Z$?=]", source):
        raise ValueError(f"{text!r} holds what is neither a figure, a number nor an operator")
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{text!r} is not a formula: {error.msg}") from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ValueError(f"{text!r} is not a formula: use + - * / and brackets")  # noqa: TRY004
    return Formula(tuple(operands), tree)


FormulaText = Annotated[Formula, PlainValidator(formula), WithJsonSchema({"type": "string"})]
"""A formula in a data file."""
