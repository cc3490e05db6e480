"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.quantity import Qualifier, Quantity, parse


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("trên 95%", Quantity(amount=95, qualifier=Qualifier.MORE_THAN)),
        ("hơn 300", Quantity(amount=300, qualifier=Qualifier.MORE_THAN)),
        ("Khoảng 4.100", Quantity(amount=4100, qualifier=Qualifier.ABOUT)),
        ("dưới 0,7 %", Quantity(amount=7, decimals=1, qualifier=Qualifier.LESS_THAN)),
        ("60 - 65", Quantity(amount=60, upper=65)),
        ("1\u20132", Quantity(amount=1, upper=2)),
        ("99,1 đến 99,25", Quantity(amount=9910, decimals=2, upper=9925)),
        ("4.729.000.000", Quantity(amount=4_729_000_000)),
        ("-12,50", Quantity(amount=-125, decimals=1)),
        (" 0 ", Quantity(amount=0)),
        (5598736000, Quantity(amount=5_598_736_000)),
        (100.9, Quantity(amount=1009, decimals=1)),
        (3.0, Quantity(amount=3)),
        (Decimal("1E+2"), Quantity(amount=100)),
    ],
)
def test_what_people_type_is_understood(told: str | float, meant: Quantity) -> None:
    assert parse(told) == meant


@pytest.mark.parametrize(
    "told",
    [
        *("", "x", "162.65", "1.2.3", "trên", "5 - ", "1,2,3", "65 - 60", "7 - 7", "nhiều", "²"),
        *(True, float("nan"), 1.23456789, "1" * 17, "trên 5 - 6"),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_refused(told: str | float) -> None:
    with pytest.raises((ValueError, ValidationError)):
        parse(told)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_keeps_its_value(number: Decimal) -> None:
    text = f"{number:f}".replace(".", ",")

    assert parse(number).value == number == parse(text).value
