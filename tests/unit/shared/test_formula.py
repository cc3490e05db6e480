"""Formulas of data files: exact, and nothing else than formulas."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formula import formula
from shared.slots import FigureSlot

VALUES = {"a.x": 7, "a.y": 2, "b.z": 0}


def take(slot: FigureSlot) -> Fraction:
    return Fraction(VALUES[slot.indicator])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.x", Fraction(7)),
        ("a.x - a.y - 1", Fraction(4)),
        ("100 * (a.x + a.y) / a.x", Fraction(900, 7)),
        ("a.x?street=ngo-91&year=2021 * 0.1", Fraction(7, 10)),
        ("a.x + a.y * 3", Fraction(13)),
    ],
)
def test_a_formula_is_calculated_exactly(text: str, value: Fraction) -> None:
    assert formula(text).value(take) == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "a.x +",
            "a.x ** 2",
            "__import__('os')",
            "a.x; a.y",
            "x",
            "-a.x",
            "a.x // 2",
            "a.x?=1",
        ),
        *("a.x if 1 else 2", "[a.x]", "'a'", "a.x < a.y", "A.x"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each with its own words
        formula(text)


def test_dividing_by_zero_is_left_to_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        formula("a.x / b.z").value(take)


def test_figures_are_bound_and_narrowed() -> None:
    found = formula("$s.x?year=$y + a.y").bind({"s": "a", "y": "2021"}).narrowed({"unit": "1"})

    assert found.operands == (
        FigureSlot("a.x", {"year": "2021", "unit": "1"}),
        FigureSlot("a.y", {"unit": "1"}),
    )


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_a_sum_of_any_length_adds_up(numbers: list[int]) -> None:
    assert formula(" + ".join(map(str, numbers))).value(take) == sum(numbers)


def test_a_formula_is_read_with_the_words_for_its_figures() -> None:
    told = formula("100 * (a.x + a.y?sex=f) / b.z").text(lambda slot: f"[{slot.indicator}]")

    assert told == "100 * ([a.x] + [a.y]) / [b.z]"
