"""A batch of records in columns: what the fold works on.

Nearly every record is a case event in the form that departments write. Those are read by msgspec
and checked for the whole batch at once (numpy); every other record goes to `decode`, one by one.
The quick way takes nothing that `decode` would not, and takes it for the same
(tests/unit/services/reporting/test_batch.py): what a case counts as is not written here a second
time but learnt from `contributions`, once for each kind of case.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Union

import msgspec
import numpy as np
from aiokafka import ConsumerRecord
from msgspec import Meta, Struct
from numpy.typing import NDArray

from services.reporting.decode import LONGEST, Fact, Undecodable, decode
from services.reporting.projections.contributions import Series, count_case
from services.reporting.projections.tallies import Column, Counts, Versions, within_rows
from shared.events import CATALOGUE
from shared.events.cases import (
    Case,
    CaseCancelledData,
    CaseCorrectedData,
    CaseData,
    Channel,
    Outcome,
    Status,
)
from shared.events.registry import BirthData, DeathData
from shared.topics import PARTITIONS

type Record = ConsumerRecord[bytes, bytes]


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
class Batch:
    """Facts in columns, and the records that are none, by their place in the batch.

    Units, series and types are places among the reader's names, days are `date.toordinal`.
    `subjects` are the subjects of `versions` in text, `types` the types of their events.
    """

    versions: Versions
    subjects: Sequence[str]
    types: Column
    letters: Mapping[int, Undecodable]


class Reader:
    """Reads records into batches, and keeps the names and the kinds of cases that it has seen."""

    def __init__(self) -> None:
        """Know nothing yet: the first case of each kind and of each unit goes through `decode`."""
        self.units: Names[str] = Names()
        self.series: Names[Series] = Names()
        self.types: Names[str] = Names()
        self._kinds: Names[tuple[Any, ...]] = Names()
        self._type = np.zeros(0, np.int64)
        self._has_act = np.zeros(0, np.int64)
        """Whether a case of the kind has a day of the act; 2 where it may have one."""
        self._steps = np.zeros((0, 3), np.int64)
        """How many contributions a kind makes that was closed early, on time or late."""
        self._patterns = np.zeros((0, 3, _MOST_STEPS, 3), np.int64)
        """Of each of these: its series, its day among those of the case, its amount."""

    def read(self, records: Sequence[Record]) -> Batch:
        """Return what `records` tell of."""
        quick = _Quick()
        facts: list[tuple[int, Fact]] = []
        letters: dict[int, Undecodable] = {}
        for place, record in enumerate(records):
            if not self._take(quick, place, record):
                self._decode(place, record, facts, letters)
        columns = quick.columns()
        right = columns.are_steps & self._days_agree(columns)
        for row in np.flatnonzero(~right).tolist():
            place = quick.places[row]
            self._decode(place, records[place], facts, letters)
        return self._batch(quick, columns, np.flatnonzero(right), facts, letters)

    def _take(self, quick: "_Quick", place: int, record: Record) -> bool:
        """Take a record the quick way, as far as it alone shows that it can go; say if it did."""
        key, value = record.key, record.value
        try:
            event = _read(value)
        except (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError):
            return False
        case, told = event.data.case, event.recordedtime
        kind = self._kinds.places.get(_kind(record.topic, event))
        unit = self.units.places.get(case.unit)
        if (
            kind is None
            or unit is None
            or key is None
            or len(key) != _SUBJECT
            or len(event.subject) != _SUBJECT
            or len(event.sequence) != _SEQUENCE
            or len(event.id) != _ID
            or len(value) > LONGEST
            or told.tzinfo is not UTC
            or told.year not in _YEARS
        ):
            return False
        there = told + _SEVEN_HOURS
        if there.hour == there.minute == there.second == there.microsecond == 0:
            return False  # perhaps rounded up from the day before: decode cuts digits off instead
        closed_on = case.closed_on
        quick.places.append(place)
        quick.partitions.append(record.partition)
        quick.keys.append(key)
        quick.subjects.append(event.subject)
        quick.sequences.append(event.sequence)
        quick.ids.append(event.id)
        quick.kinds.append(kind)
        quick.units.append(unit)
        quick.received_on.append(case.received_on.toordinal())
        quick.overdue_on.append(case.due_on.toordinal() + 1)
        quick.closed_on.append(closed_on.toordinal() if closed_on else 0)
        quick.recorded_on.append(there.toordinal())
        return True

    def _days_agree(self, columns: "_Columns") -> NDArray[np.bool_]:
        """Say which cases keep the rules of `Case`, and end before the calendar does."""
        received_on, overdue_on, closed_on = columns.days
        has_act, closed = self._has_act[columns.kind], closed_on > 0
        agree: NDArray[np.bool_] = (
            (received_on < overdue_on)
            & (overdue_on <= _LAST_DAY)
            & (~closed | (received_on <= closed_on))
            & ((has_act == _MAY) | (closed == has_act))
        )
        return agree

    def _decode(
        self,
        place: int,
        record: Record,
        facts: list[tuple[int, Fact]],
        letters: dict[int, Undecodable],
    ) -> None:
        """Read one record the thorough way, and learn from it for the quick one."""
        decoded = decode(record.topic, record.key, record.value)
        if isinstance(decoded, Undecodable):
            letters[place] = decoded
        elif _partitions(_bytes([decoded.subject], _SUBJECT))[0] != record.partition:
            letters[place] = Undecodable("wrong_partition", "the key belongs to another partition")
        else:
            facts.append((place, decoded))
            self._learn(record)

    def _learn(self, record: Record) -> None:
        """Learn the unit of a good record, and what cases of its kind count as."""
        try:
            event = _read(record.value)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return
        case, kind = event.data.case, _kind(record.topic, event)
        self.units.place(case.unit)
        if kind in self._kinds.places:
            return
        self._kinds.place(kind)
        status = Status(case.status)
        steps, pattern = np.zeros((1, 3), np.int64), np.zeros((1, 3, _MOST_STEPS, 3), np.int64)
        for timeliness, act in enumerate(_ACTS):
            closed_on = None if status is Status.OPEN else act
            days = (_RECEIPT, _DUE + timedelta(days=1), closed_on)
            counted = count_case(
                Case(
                    unit=case.unit,
                    procedure=case.procedure,
                    channel=Channel(case.channel),
                    received_on=_RECEIPT,
                    due_on=_DUE,
                    status=status,
                    closed_on=closed_on,
                    outcome=Outcome(case.outcome) if case.outcome else None,
                )
            )
            for number, one in enumerate(counted):
                series, day = self.series.place(one.series), days.index(one.occurred_on)
                pattern[0, timeliness, number] = series, day, one.amount
                steps[0, timeliness] += 1
        has_act = {Status.OPEN: 0, Status.CANCELLED: _MAY}.get(status, 1)
        self._type = np.append(self._type, self.types.place(kind[1]))
        self._has_act = np.append(self._has_act, has_act)
        self._steps = np.concatenate([self._steps, steps])
        self._patterns = np.concatenate([self._patterns, pattern])

    def _batch(
        self,
        quick: "_Quick",
        columns: "_Columns",
        rows: Column,
        facts: Sequence[tuple[int, Fact]],
        letters: Mapping[int, Undecodable],
    ) -> Batch:
        """Join the quick events in `rows` and the facts that were read the thorough way."""
        received_on, overdue_on, closed_on = (days[rows] for days in columns.days)
        kind = columns.kind[rows]
        timeliness = np.where(closed_on > 0, np.sign(closed_on - overdue_on + 1) + 1, 0)
        steps = self._steps[kind, timeliness]
        row, step = within_rows(steps)
        series, day, amount = self._patterns[kind[row], timeliness[row], step].T
        days = np.stack([received_on, overdue_on, closed_on])
        others = [one for _, fact in facts for one in fact.version.counts]
        subjects = [fact.subject for _, fact in facts]
        versions = Versions(
            place=_after(columns.place[rows], (place for place, _ in facts)),
            subject=np.concatenate([columns.subject[rows], _uuids(_bytes(subjects, _SUBJECT))]),
            sequence=_after(columns.sequence[rows], (fact.version.sequence for _, fact in facts)),
            recorded_on=_after(
                columns.recorded_on[rows],
                (fact.version.recorded_on.toordinal() for _, fact in facts),
            ),
            count=_after(steps, (len(fact.version.counts) for _, fact in facts)),
            counts=Counts(
                unit=_after(columns.unit[rows][row], (self.units.place(o.unit) for o in others)),
                series=_after(series, (self.series.place(one.series) for one in others)),
                occurred_on=_after(days[day, row], (o.occurred_on.toordinal() for o in others)),
                amount=_after(amount, (one.amount for one in others)),
            ),
        )
        return Batch(
            versions=versions,
            subjects=[quick.subjects[row] for row in rows.tolist()] + subjects,
            types=_after(self._type[kind], (self.types.place(fact.type) for _, fact in facts)),
            letters=letters,
        )


@dataclass(frozen=True, slots=True)
class _Columns:
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
class _Quick:
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

    def columns(self) -> _Columns:
        """Return what was gathered, checked as far as it says which step of which subject it is."""
        key = np.frombuffer(b"".join(self.keys), np.uint8).reshape(-1, _SUBJECT)
        ids = _bytes(self.ids, _ID)
        digits = _bytes(self.sequences, _SEQUENCE) - np.uint8(ord("0"))
        sequence = digits.astype(np.int64) @ _POWERS
        return _Columns(
            place=_column(self.places),
            kind=_column(self.kinds),
            unit=_column(self.units),
            days=(_column(self.received_on), _column(self.overdue_on), _column(self.closed_on)),
            recorded_on=_column(self.recorded_on),
            subject=_uuids(key),
            sequence=sequence,
            are_steps=(
                (key == _bytes(self.subjects, _SUBJECT)).all(axis=1)
                & (key == ids[:, :_SUBJECT]).all(axis=1)
                & (ids[:, _SUBJECT] == ord("."))
                & (ids[:, _SUBJECT + 1 :] - np.uint8(ord("0")) == digits).all(axis=1)
                & (digits < len(b"0123456789")).all(axis=1)
                & (sequence > 0)
                & _are_uuids(key)
                & (_partitions(key) == _column(self.partitions))
            ),
        )


def _uuids(text: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return the 16 bytes of UUIDs, given their letters; nothing of use for other letters."""
    nibbles = _NIBBLE[text[:, _LETTERS]]
    raw = np.ascontiguousarray(nibbles[:, 0::2] << 4 | nibbles[:, 1::2])
    return raw.view("V16").reshape(-1)


def _are_uuids(text: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which rows are UUIDs in their canonical form."""
    letters: NDArray[np.bool_] = (_NIBBLE[text[:, _LETTERS]] < 16).all(axis=1)  # noqa: PLR2004
    letters &= (text[:, _HYPHENS] == ord("-")).all(axis=1)
    return letters


def _partitions(text: NDArray[np.uint8]) -> Column:
    """Return the partition that Kafka's default partitioner chooses for keys of 36 letters.

    It is murmur2 of the key, as a positive number, modulo the partitions of a topic. A record
    elsewhere was written by somebody with a partitioner of their own, and another worker might fold
    it at the same time as the subject's other steps.
    """
    hashed = np.full(len(text), 0x9747B28C ^ _SUBJECT, np.uint32)
    for word in np.ascontiguousarray(text).view("<u4").T:
        mixed = word * _M
        mixed ^= mixed >> np.uint32(24)
        hashed = (hashed * _M) ^ (mixed * _M)
    hashed ^= hashed >> np.uint32(13)
    hashed *= _M
    hashed ^= hashed >> np.uint32(15)
    return (hashed & np.uint32(0x7FFFFFFF)).astype(np.int64) % PARTITIONS


def _bytes(texts: Sequence[str], length: int) -> NDArray[np.uint8]:
    """Return texts of one length as rows of bytes; a letter that is no byte becomes `?`."""
    joined = "".join(texts).encode("latin-1", "replace")
    return np.frombuffer(joined, np.uint8).reshape(-1, length)


def _column(values: Iterable[int]) -> Column:
    return np.array(list(values), np.int64)


def _after(column: Column, values: Iterable[int]) -> Column:
    """Return a column with more values at its end."""
    return np.concatenate([column, _column(values)])


def _kind(topic: str, event: Any) -> tuple[Any, ...]:
    """Return all that decides what a case event counts as, but for its unit and its days."""
    case = event.data.case
    name = event.__struct_config__.tag
    return topic, name, case.procedure, case.channel, case.status, case.outcome


_SUBJECT, _SEQUENCE = 36, 8
_ID = _SUBJECT + 1 + _SEQUENCE
_MOST_STEPS = 4
_MAY = 2

_SEVEN_HOURS = timedelta(hours=7)
_YEARS = range(1976, 9999)
"""Years in which Việt Nam is at UTC+7 beyond doubt."""
_LAST_DAY = date.max.toordinal()

_RECEIPT, _DUE = date(2000, 1, 1), date(2000, 1, 11)
_ACTS = (date(2000, 1, 6), _DUE, date(2000, 1, 21))
"""Days of an act that is early, on time and late: different ones, to see which counts where."""

_M = np.uint32(0x5BD1E995)
_POWERS = 10 ** np.arange(_SEQUENCE - 1, -1, -1)
_HYPHENS = [8, 13, 18, 23]
_LETTERS = [place for place in range(_SUBJECT) if place not in _HYPHENS]
_NIBBLE = np.full(256, 255, np.uint8)
_NIBBLE[list(b"0123456789abcdef")] = range(16)


class _Case(Struct, gc=False):
    unit: str
    procedure: str
    channel: Literal["online", "in_person", "post"]
    received_on: date
    due_on: date
    status: Literal["open", "resolved", "refused", "withdrawn", "cancelled"]
    closed_on: date | None = None
    outcome: Literal["reconciled", "not_reconciled"] | None = None


class _Data(Struct, gc=False):
    case: _Case


class _Corrected(_Data, gc=False):
    corrects: Annotated[str, Meta(max_length=64)]
    changed: Annotated[tuple[str, ...], Meta(min_length=1)]


class _Cancelled(_Data, gc=False):
    corrects: Annotated[str, Meta(max_length=64)]


class _Birth(_Data, gc=False):
    born_on: date


class _Death(_Data, gc=False):
    died_on: date


_PAYLOADS: Mapping[type, type[_Data]] = {
    CaseData: _Data,
    CaseCorrectedData: _Corrected,
    CaseCancelledData: _Cancelled,
    BirthData: _Birth,
    DeathData: _Death,
}
"""Payloads in the form that is read quickly. An event with another one always goes to `decode`."""

_ENVELOPES = [
    msgspec.defstruct(
        name,
        [
            ("id", str),
            ("source", Annotated[str, Meta(max_length=64)]),
            ("subject", str),
            ("sequence", str),
            ("time", Annotated[datetime, Meta(tz=True)]),
            ("recordedtime", Annotated[datetime, Meta(tz=True)]),
            ("dataschema", Annotated[str, Meta(max_length=128)]),
            ("data", _PAYLOADS[kind.__annotations__["data"]]),
            ("specversion", Literal["1.0"], "1.0"),
            ("migrated", bool, False),
            ("datacontenttype", Literal["application/json"], "application/json"),
        ],
        tag_field="type",
        tag=name,
        gc=False,
    )
    for name, kind in CATALOGUE.items()
    if kind.__annotations__["data"] in _PAYLOADS
]
_read: Callable[[Any], Any] = msgspec.json.Decoder(Union[tuple(_ENVELOPES)]).decode  # noqa: UP007
