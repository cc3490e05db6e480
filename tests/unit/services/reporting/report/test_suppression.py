"""Suppression: small counts are not printed, and nothing that is printed gives them away."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.report.suppression import suppress

BELOW = 5

type Equations = Sequence[Mapping[str, int]]


def given_away(
    equations: Equations, hidden: AbstractSet[str], wanted: AbstractSet[str]
) -> set[str]:
    """Return which of `wanted` follow from what is printed, by ranks of matrices.

    A hidden figure is fixed when knowing it adds nothing to what the equations say.
    """
    columns = sorted(hidden)
    known = np.array([[equation.get(key, 0) for key in columns] for equation in equations], float)
    rank = np.linalg.matrix_rank(known) if known.size else 0
    alone = {key: np.array([[float(key == other) for other in columns]]) for key in wanted}
    return {
        key
        for key, row in alone.items()
        if np.linalg.matrix_rank(np.vstack([known.reshape(-1, len(columns)), row])) == rank
    }


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, int | None], list[dict[str, int]]]:
    """Draw a table of counts with totals of rows, columns and all, sums across, and blanks."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    counts = st.integers(0, 12) | st.sampled_from([0, 1, 40])
    cells = {f"{r}{c}": draw(counts) for r, c in product(range(rows), range(columns))}
    sums = {f"row{r}": [f"{r}{c}" for c in range(columns)] for r in range(rows)}
    sums |= {f"column{c}": [f"{r}{c}" for r in range(rows)] for c in range(columns)}
    sums["all"] = list(cells)
    for number in range(draw(st.integers(0, 3))):
        sums[f"some{number}"] = draw(st.lists(st.sampled_from(sorted(cells)), unique=True))
    kept = draw(st.sets(st.sampled_from(sorted(sums))))
    figures: dict[str, int | None] = {**cells}
    figures |= {name: sum(cells[key] for key in sums[name]) for name in kept}
    equations = [dict.fromkeys(sums[name], 1) | {name: -1} for name in sorted(kept)]
    if "all" in kept:
        for kind in ("row", "column"):
            totals = sorted(name for name in sums if name.startswith(kind))
            if kept.issuperset(totals):
                equations.append(dict.fromkeys(totals, 1) | {"all": -1})
    for blank in draw(st.sets(st.sampled_from(sorted(figures)), max_size=2)):
        figures[blank] = None
    return figures, equations


@given(tables())
def test_no_small_count_follows_from_what_is_printed(
    table: tuple[dict[str, int | None], list[dict[str, int]]],
) -> None:
    figures, equations = table
    small = {key for key, value in figures.items() if value is not None and 0 < value < BELOW}
    blank = {key for key, value in figures.items() if value is None}

    suppressed = suppress(figures, equations, small)

    assert small <= suppressed <= figures.keys() - blank
    assert not given_away(equations, suppressed | blank, small)


@given(tables())
def test_nothing_is_left_out_in_vain(
    table: tuple[dict[str, int | None], list[dict[str, int]]],
) -> None:
    """Print any one of the figures that are left out beside the small ones: one is given away."""
    figures, equations = table
    small = {key for key, value in figures.items() if value is not None and 0 < value < BELOW}
    blank = {key for key, value in figures.items() if value is None}

    suppressed = suppress(figures, equations, small)

    for key in suppressed - small:
        assert given_away(equations, (suppressed | blank) - {key}, small), key


@pytest.mark.parametrize(
    ("figures", "equations", "expected"),
    [
        ({"a": 4, "b": 5, "c": 0}, [], {"a"}),
        (
            {"a": 3, "b": 9, "c": 7, "total": 19},
            [{"a": 1, "b": 1, "c": 1, "total": -1}],
            {"a", "c"},
        ),
        ({"a": 3, "zero": 0, "total": 3}, [{"a": 1, "zero": 1, "total": -1}], {"a", "total"}),
        ({"a": 3, "b": 9, "gone": None}, [{"a": 1, "b": 1, "gone": -1}], {"a"}),
        ({"a": 6, "b": 9, "total": 15}, [{"a": 1, "b": 1, "total": -1}], set()),
        # a = e - d: it follows from two equations together, so that a total has to go too.
        (
            {"a": 2, "b": 2, "c": 30, "d": 32, "e": 34},
            [{"a": 1, "b": 1, "c": 1, "e": -1}, {"b": 1, "c": 1, "d": -1}],
            {"a", "b", "c", "e"},
        ),
        # b is twice a, and follows from an equation in which a does not stand.
        (
            {"a": 4, "b": 8, "c": 20, "d": 28},
            [{"a": 2, "b": -1}, {"b": 1, "c": 1, "d": -1}],
            {"a", "b", "c"},
        ),
    ],
)
def test_what_is_left_out_beside_a_small_count(
    figures: dict[str, int | None], equations: Equations, expected: set[str]
) -> None:
    small = {key for key, value in figures.items() if value is not None and 0 < value < BELOW}

    assert expected == suppress(figures, equations, small)


def test_an_equation_of_small_counts_alone_ends_too() -> None:
    """It says that they are nothing, which they are not: there is no figure to leave out."""
    assert suppress({"a": 2}, [{"a": 1}], {"a"}) == {"a"}
