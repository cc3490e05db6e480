"""The code of a case is its id in short."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from shared.casework.code import code_of, ids_of

UPPER = st.integers(0, 2**60 - 1)


def _id(upper: int, lower: int) -> UUID:
    """Return a UUIDv7 of these bits."""
    high = upper >> 12 << 16 | 7 << 12 | upper & 0xFFF
    return UUID(int=high << 64 | 2 << 62 | lower)


@given(UPPER, st.integers(0, 2**62 - 1), st.sampled_from(["", "-", " "]))
def test_a_code_leads_back_to_its_id_however_it_is_typed(
    upper: int, lower: int, between: str
) -> None:
    case_id = _id(upper, lower)
    typed = code_of(case_id).lower().replace("0", "o").replace("1", "l").replace("-", between)
    found = ids_of(typed)

    assert found is not None
    assert found[0] <= case_id <= found[1]
    assert {code_of(one) for one in found} == {code_of(case_id)}


@given(UPPER, UPPER)
def test_two_codes_share_no_id(one: int, other: int) -> None:
    first, second = ids_of(code_of(_id(one, 0))), ids_of(code_of(_id(other, 0)))

    assert first is not None
    assert second is not None
    assert (first == second) == (one == other)
    assert one == other or first[1] < second[0] or second[1] < first[0]


def test_an_id_is_taken_for_a_code_and_has_one() -> None:
    case_id = uuid7()

    assert ids_of(str(case_id)) == (case_id, case_id)
    assert len(code_of(case_id)) == 14


@pytest.mark.parametrize("typed", ["", "06H0-8K2X", "06H0-8K2X-9DQU", "06H0-8K2X-9DQF-1", "ậ" * 12])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert ids_of(typed) is None
