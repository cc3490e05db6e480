"""The chain: what is whole passes, and whatever is done to it is found."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit.chain import NOTHING, START, Head, Row, Walk, following

MOMENTS = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(max_size=8)
PERHAPS = st.none() | TEXTS
DIGESTS = st.none() | st.binary(min_size=32, max_size=32)
ENTRIES = st.builds(
    Row,
    number=st.just(0),
    at=MOMENTS,
    actor=PERHAPS,
    act=TEXTS,
    subject=TEXTS,
    unit=PERHAPS,
    told=PERHAPS,
    source=PERHAPS,
    place=st.none() | st.integers(0, 2**63 - 1),
    digest=DIGESTS,
    reason=DIGESTS,
    hash=st.just(START),
)


def chained(entries: Sequence[Row], head: Head = NOTHING) -> list[Row]:
    """Return entries as the trail has them behind a head."""
    rows: list[Row] = []
    for entry in entries:
        numbered = replace(entry, number=head.number + 1)
        rows.append(replace(numbered, hash=following(head.hash, numbered)))
        head = Head(rows[-1].number, rows[-1].hash)
    return rows


def faults(rows: Sequence[Row], *since: Head) -> list[str]:
    walk = Walk(since)
    return [fault for row in rows for fault in walk.faults(row)] + list(walk.faults_at_the_end())


def heads(rows: Sequence[Row]) -> list[Head]:
    return [NOTHING, *(Head(row.number, row.hash) for row in rows)]


TRAILS = st.lists(ENTRIES, min_size=1, max_size=8).map(chained)


@given(TRAILS)
def test_a_whole_trail_passes_with_every_head_that_it_ever_had(rows: list[Row]) -> None:
    assert faults(rows, *heads(rows)) == []


@given(TRAILS, st.data())
def test_a_row_that_was_changed_is_found_alone(rows: list[Row], data: st.DataObject) -> None:
    """In any of its fields; where its hash is another one, the row behind it no longer follows."""
    place = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from([one.name for one in fields(Row) if one.name != "number"]))
    other = data.draw(ENTRIES)
    value: Any = bytes(31) + b"\1" if name == "hash" else getattr(other, name)
    if value == getattr(rows[place], name):
        return
    changed = [*rows]
    changed[place] = replace(rows[place], **{name: value})

    found = [f"row {place + 1} is not as it was written"]
    if name == "hash" and place + 1 < len(rows):
        found.append(f"row {place + 2} is not as it was written")
    assert faults(changed) == found


@given(TRAILS, st.data())
def test_rows_that_are_missing_are_found(rows: list[Row], data: st.DataObject) -> None:
    """Not those of the end: there only a head that was known before tells."""
    begin = data.draw(st.integers(0, len(rows) - 1))
    end = data.draw(st.integers(begin + 1, len(rows)))
    left = rows[:begin] + rows[end:]
    told = f"row {end} is" if end == begin + 1 else f"rows {begin + 1} to {end} are"

    assert faults(left) == ([f"{told} missing"] if end < len(rows) else [])
    head = heads(rows)[-1]
    assert faults(rows[:begin], head) == [f"{head} is not in the trail, which ends at row {begin}"]


@given(TRAILS, ENTRIES, st.data())
def test_a_trail_that_was_written_anew_is_known_by_an_earlier_head(
    rows: list[Row], entry: Row, data: st.DataObject
) -> None:
    """All hashes are right, so that nothing else tells."""
    place = data.draw(st.integers(0, len(rows) - 1))
    if following(START, entry) == following(START, replace(rows[place], number=0)):
        return
    anew = chained([*rows[:place], entry, *rows[place + 1 :]])
    told = [row.number for row in anew if faults(anew, Head(row.number, rows[row.number - 1].hash))]

    assert faults(anew) == []
    assert told == list(range(place + 1, len(rows) + 1))


@given(TRAILS)
def test_a_row_that_is_there_twice_is_found(rows: list[Row]) -> None:
    assert f"row {len(rows)} is there twice" in faults([*rows, rows[-1]])


def test_a_row_that_was_put_in_between_is_found() -> None:
    rows = chained([an_entry("a"), an_entry("b"), an_entry("c")])
    put = chained([an_entry("x")], heads(rows)[1])
    moved = [replace(row, number=row.number + 1) for row in rows[1:]]
    assert faults([rows[0], *put, *moved]) == [
        f"row {number} is not as it was written" for number in (3, 4)
    ]


def an_entry(act: str, at: datetime = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)) -> Row:
    told: dict[str, Any] = dict.fromkeys(
        ("actor", "unit", "told", "source", "place", "digest", "reason")
    )
    return Row(number=0, at=at, act=act, subject="s", hash=START, **told)


def test_the_hash_is_what_anybody_can_compute() -> None:
    """With sha256sum: 32 zero bytes, then the row as a JSON list."""
    in_the_ward = timezone(timedelta(hours=7))
    [first] = chained([an_entry('"Ký"\n', datetime(2026, 1, 2, 10, tzinfo=in_the_ward))])
    told = r'"2026-01-02T03:00:00.000000Z", null, "\"Ký\"\n", "s"'
    line = f"[1, {told}, null, null, null, null, null, null]"
    assert first.hash == hashlib.sha256(bytes(32) + line.encode()).digest()


@pytest.mark.parametrize("text", ["", "1", "1:", "x:00", "1:00", f"-1:{'00' * 32}"])
def test_what_is_no_head_is_refused(text: str) -> None:
    head = Head(7, bytes(range(32)))
    assert Head.read(str(head)) == head
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        Head.read(text)
