"""Events of the usual form, gathered one by one and checked all at once, in columns (numpy)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.reporting.projections.tallies import Column
from shared.topics import PARTITIONS

SUBJECT, SEQUENCE = 36, 8
"""Letters of a subject, a UUID, and of a sequence."""
ID = SUBJECT + 1 + SEQUENCE

_M = np.uint32(0x5BD1E995)
_POWERS = 10 ** np.arange(SEQUENCE - 1, -1, -1)
_HYPHENS = [8, 13, 18, 23]
_LETTERS = [place for place in range(SUBJECT) if place not in _HYPHENS]
_NIBBLE = np.full(256, 255, np.uint8)
_NIBBLE[list(b"0123456789abcdef")] = range(16)


class Names[Name]:
    """Names in the order in which they were first seen; the place of each among them."""

    def __init__(self) -> None:
        """Know no name yet."""
        self.seen: list[Name] = []
        self.places: dict[Name, int] = {}

    def place(self, name: Name) -> int:
        """Return the place of a name, a new one where it was not seen yet."""
        place = self.places.setdefault(name, len(self.seen))
        if place == len(self.seen):
            self.seen.append(name)
        return place


@dataclass(frozen=True, slots=True)
class Columns:
    """Quick events in columns; `days` are those of receipt, after the due day, of the act or 0."""

    place: Column
    kind: Column
    unit: Column
    days: tuple[Column, Column, Column]
    recorded_on: Column
    subject: NDArray[np.void]
    sequence: Column
    are_steps: NDArray[np.bool_]
    """Whether key, subject, sequence and id belong together, in the record's right partition."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Quick events as they are gathered, one after the other."""

    places: list[int] = field(default_factory=list)
    partitions: list[int] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    received_on: list[int] = field(default_factory=list)
    overdue_on: list[int] = field(default_factory=list)
    closed_on: list[int] = field(default_factory=list)
    recorded_on: list[int] = field(default_factory=list)

    def columns(self) -> Columns:
        """Return what was gathered, checked as far as it says which step of which subject it is."""
        key = np.frombuffer(b"".join(self.keys), np.uint8).reshape(-1, SUBJECT)
        ids = as_bytes(self.ids, ID)
        digits = as_bytes(self.sequences, SEQUENCE) - np.uint8(ord("0"))
        sequence = digits.astype(np.int64) @ _POWERS
        return Columns(
            place=column(self.places),
            kind=column(self.kinds),
            unit=column(self.units),
            days=(column(self.received_on), column(self.overdue_on), column(self.closed_on)),
            recorded_on=column(self.recorded_on),
            subject=uuids(key),
            sequence=sequence,
            are_steps=(
                (key == as_bytes(self.subjects, SUBJECT)).all(axis=1)
                & (key == ids[:, :SUBJECT]).all(axis=1)
                & (ids[:, SUBJECT] == ord("."))
                & (ids[:, SUBJECT + 1 :] - np.uint8(ord("0")) == digits).all(axis=1)
                & (digits < len(b"0123456789")).all(axis=1)
                & (sequence > 0)
                & _are_uuids(key)
                & (partitions(key) == column(self.partitions))
            ),
        )


def uuids(text: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return the 16 bytes of UUIDs, given their letters; nothing of use for other letters."""
    nibbles = _NIBBLE[text[:, _LETTERS]]
    raw = np.ascontiguousarray(nibbles[:, 0::2] << 4 | nibbles[:, 1::2])
    return raw.view("V16").reshape(-1)


def _are_uuids(text: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which rows are UUIDs in their canonical form."""
    letters: NDArray[np.bool_] = (_NIBBLE[text[:, _LETTERS]] < 16).all(axis=1)  # noqa: PLR2004
    letters &= (text[:, _HYPHENS] == ord("-")).all(axis=1)
    return letters


def partitions(text: NDArray[np.uint8]) -> Column:
    """Return the partition that Kafka's default partitioner chooses for keys of 36 letters.

    It is murmur2 of the key, as a positive number, modulo the partitions of a topic. A record
    elsewhere was written by somebody with a partitioner of their own, and another worker might fold
    it at the same time as the subject's other steps.
    """
    hashed = np.full(len(text), 0x9747B28C ^ SUBJECT, np.uint32)
    for word in np.ascontiguousarray(text).view("<u4").T:
        mixed = word * _M
        mixed ^= mixed >> np.uint32(24)
        hashed = (hashed * _M) ^ (mixed * _M)
    hashed ^= hashed >> np.uint32(13)
    hashed *= _M
    hashed ^= hashed >> np.uint32(15)
    return (hashed & np.uint32(0x7FFFFFFF)).astype(np.int64) % PARTITIONS


def as_bytes(texts: Sequence[str], length: int) -> NDArray[np.uint8]:
    """Return texts of one length as rows of bytes; a letter that is no byte becomes `?`."""
    joined = "".join(texts).encode("latin-1", "replace")
    return np.frombuffer(joined, np.uint8).reshape(-1, length)


def column(values: Iterable[int]) -> Column:
    """Return values as a column."""
    return np.array(list(values), np.int64)


def after(first: Column, values: Iterable[int]) -> Column:
    """Return a column with more values at its end."""
    return np.concatenate([first, column(values)])


def put(rows: NDArray[np.int64], place: int, row: NDArray[np.int64] | int) -> NDArray[np.int64]:
    """Return rows with one more at `place`, doubled where there is no room for it."""
    if place == len(rows):
        rows = np.concatenate([rows, np.zeros((max(place, 64), *rows.shape[1:]), np.int64)])
    rows[place] = row
    return rows
