"""The short code of a case that a clerk reads and types: made of its id, and nothing else. Pure.

An id (UUIDv7) begins with the millisecond of its receipt and some random bits; these, without its
version, are twelve characters of Crockford's alphabet, which has no letters that are mistaken for
digits. So the code needs no column and no index: it is a range of ids, in which stands one case.
"""

import re
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]
_MISREAD = str.maketrans("OIL", "011", "- ")
_CODE = re.compile(f"[{_ALPHABET}]{{12}}")
_VERSION = 7
_LOWER_BITS = 64


def code_of(case_id: UUID) -> str:
    """Return the code of a case, such as `06H0-8K2X-9DQF`."""
    upper = case_id.int >> _LOWER_BITS
    number = (upper >> 16 << 12) | (upper & 0xFFF)
    one, two, three = (
        _PAIRS[number >> shift + 10 & 1023] + _PAIRS[number >> shift & 1023]
        for shift in (40, 20, 0)
    )
    return f"{one}-{two}-{three}"


def ids_of(code: str) -> tuple[UUID, UUID] | None:
    """Return the first and last id with a code, as it was typed or as an id; None for no code."""
    try:
        return (UUID(code),) * 2
    except ValueError:
        letters = code.upper().translate(_MISREAD)
    if not _CODE.fullmatch(letters):
        return None
    number = 0
    for letter in letters:
        number = number << 5 | _ALPHABET.index(letter)
    upper = (number >> 12 << 16) | _VERSION << 12 | (number & 0xFFF)
    first = upper << _LOWER_BITS
    return UUID(int=first), UUID(int=first | (1 << _LOWER_BITS) - 1)
