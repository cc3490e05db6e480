"""Which figures a public report leaves out, so that nobody can be told from a small count. Pure.

What must not be seen is the small counts. What is left out beside them is as much as keeps every
sum, difference and total that is printed from giving one of them away, and no more. An attack by
ranges (the parts of a total of 7 lie between 0 and 7) is not met: that needs wider rules.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

type Row = dict[str, Fraction]
"""One side of an equation: the coefficients, none of them zero, of the figures that are hidden."""


def suppress(
    figures: Mapping[str, int | None],
    equations: Sequence[Mapping[str, int]],
    small: AbstractSet[str],
) -> frozenset[str]:
    """Return the keys of the figures that are not to be printed.

    The `small` counts never are. Each equation says that its figures, each times its number, add up
    to 0 (`{"total": -1, "men": 1, "women": 1}`); readers know all of them, so further figures are
    left out until no equation, alone or with others, gives a small count back: small ones sooner
    than large ones, and zeros last, because a zero is easily guessed. None is a figure that is not
    printed anyway and of which readers know nothing; where they know that it counts as nothing, say
    0.
    """
    hidden = {*small, *(key for key, value in figures.items() if value is None)}
    beside = list[str]()
    while given_away := small & _determined(equations, hidden):
        choice = _smallest(figures, _with(equations, given_away), hidden) or _smallest(
            figures, _with(equations, hidden), hidden
        )
        if choice is None:
            # What is left over says that a count is 0: it is not of these figures.
            break
        beside.append(choice)
        hidden.add(choice)
    for key in sorted(beside, key=lambda key: _cost(figures, key), reverse=True):
        if not small & _determined(equations, hidden - {key}):
            hidden.remove(key)
    return frozenset(key for key in hidden if figures[key] is not None)


def _determined(equations: Iterable[Mapping[str, int]], hidden: Collection[str]) -> set[str]:
    """Return the hidden figures that follow from the printed ones.

    Those are the ones that stand alone in a row when the equations are solved for the hidden.
    """
    solved = dict[str, Row]()
    for equation in equations:
        row = {
            key: Fraction(factor) for key, factor in equation.items() if key in hidden and factor
        }
        for pivot, other in solved.items():
            if pivot in row:
                row = _less(row, other, row[pivot])
        if not row:
            continue
        pivot = min(row)
        row = {key: factor / row[pivot] for key, factor in row.items()}
        for known, other in solved.items():
            if pivot in other:
                solved[known] = _less(other, row, other[pivot])
        solved[pivot] = row
    return {pivot for pivot, row in solved.items() if len(row) == 1}


def _less(row: Row, other: Row, times: Fraction) -> Row:
    """Return `row` less `other` so many times."""
    rest = {key: row.get(key, Fraction()) - times * other.get(key, 0) for key in row | other}
    return {key: factor for key, factor in rest.items() if factor}


def _with(
    equations: Iterable[Mapping[str, int]], keys: Collection[str]
) -> Iterable[Mapping[str, int]]:
    return (equation for equation in equations if any(key in keys for key in equation))


def _smallest(
    figures: Mapping[str, int | None],
    equations: Iterable[Mapping[str, int]],
    hidden: Collection[str],
) -> str | None:
    """Return the printed figure of `equations` that is missed least; None where there is none."""
    printed = {key for equation in equations for key in equation if key not in hidden}
    return min(printed, key=lambda key: _cost(figures, key), default=None)


def _cost(figures: Mapping[str, int | None], key: str) -> tuple[bool, int, str]:
    value = figures[key] or 0
    return value == 0, abs(value), key
