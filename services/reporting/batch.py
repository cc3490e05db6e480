"""A batch of records in columns: what the fold works on.

Nearly every record is a case event in the form that departments write. Those are read by msgspec
and checked for the whole batch at once (numpy); every other record goes to `decode`, one by one.
The quick way takes nothing that `decode` would not, and takes it for the same
(tests/unit/services/reporting/test_batch.py): what a case counts as is not written here a second
time but learnt from `contributions`, once for each kind of case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

import numpy as np
from aiokafka import ConsumerRecord
from numpy.typing import NDArray

from services.reporting.columns import (
    ID,
    SEQUENCE,
    SUBJECT,
    Columns,
    Gathered,
    Names,
    after,
    as_bytes,
    put,
    uuids,
)
from services.reporting.decode import LONGEST, Fact, Undecodable, decode_record
from services.reporting.projections.contributions import Series, count_case
from services.reporting.projections.tallies import Column, Counts, Versions, within_rows
from services.reporting.usual_form import OtherForm, kind_of, read_usual
from shared.events.cases import Case, Channel, Outcome, Sorting, Status

type Record = ConsumerRecord[bytes, bytes]

_MOST_STEPS = 4
_MAY = 2

_SEVEN_HOURS = timedelta(hours=7)
_YEARS = range(1976, 9999)
"""Years in which Việt Nam is at UTC+7 beyond doubt."""
_LAST_DAY = date.max.toordinal()

_RECEIPT, _DUE = date(2000, 1, 1), date(2000, 1, 11)
_ACTS = (date(2000, 1, 6), _DUE, date(2000, 1, 21))
"""Days of an act that is early, on time and late: different ones, to see which counts where."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts in columns, and the records that are none, by their place in the batch.

    Units, series and types are places among the reader's names, days are `date.toordinal`.
    `subjects` are the subjects of `versions` in text, `types` the types of their events.
    `statements` are the facts that have one.
    """

    versions: Versions
    subjects: Sequence[str]
    types: Column
    letters: Mapping[int, Undecodable]
    statements: Mapping[int, Fact]


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
        quick = Gathered()
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

    def _take(self, quick: Gathered, place: int, record: Record) -> bool:
        """Take a record the quick way, as far as it alone shows that it can go; say if it did."""
        key, value = record.key, record.value
        try:
            event = read_usual(value)
        except OtherForm:
            return False
        case, told = event.data.case, event.recordedtime
        kind = self._kinds.places.get(kind_of(record.topic, event))
        unit = self.units.places.get(case.unit)
        if (
            kind is None
            or unit is None
            or key is None
            or len(key) != SUBJECT
            or len(event.subject) != SUBJECT
            or len(event.sequence) != SEQUENCE
            or len(event.id) != ID
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

    def _days_agree(self, columns: Columns) -> NDArray[np.bool_]:
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
        decoded = decode_record(record)
        if isinstance(decoded, Undecodable):
            letters[place] = decoded
        else:
            facts.append((place, decoded))
            if decoded.statement:
                self.units.place(decoded.statement.unit)
            self._learn(record)

    def _learn(self, record: Record) -> None:
        """Learn the unit of a good record, and what cases of its kind count as."""
        try:
            event = read_usual(record.value)
        except OtherForm:
            return
        case, kind = event.data.case, kind_of(record.topic, event)
        self.units.place(case.unit)
        if kind in self._kinds.places:
            return
        place = self._kinds.place(kind)
        status = Status(case.status)
        steps, pattern = np.zeros(3, np.int64), np.zeros((3, _MOST_STEPS, 3), np.int64)
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
                    sorting=Sorting(case.sorting) if case.sorting else None,
                    neighbourhood=case.neighbourhood,
                )
            )
            for number, one in enumerate(counted):
                series, day = self.series.place(one.series), days.index(one.occurred_on)
                pattern[timeliness, number] = series, day, one.amount
                steps[timeliness] += 1
        has_act = {Status.OPEN: 0, Status.CANCELLED: _MAY}.get(status, 1)
        self._type = put(self._type, place, self.types.place(kind[1]))
        self._has_act = put(self._has_act, place, has_act)
        self._steps = put(self._steps, place, steps)
        self._patterns = put(self._patterns, place, pattern)

    def _batch(
        self,
        quick: Gathered,
        columns: Columns,
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
            place=after(columns.place[rows], (place for place, _ in facts)),
            subject=np.concatenate([columns.subject[rows], uuids(as_bytes(subjects, SUBJECT))]),
            sequence=after(columns.sequence[rows], (fact.version.sequence for _, fact in facts)),
            recorded_on=after(
                columns.recorded_on[rows],
                (fact.version.recorded_on.toordinal() for _, fact in facts),
            ),
            count=after(steps, (len(fact.version.counts) for _, fact in facts)),
            counts=Counts(
                unit=after(columns.unit[rows][row], (self.units.place(o.unit) for o in others)),
                series=after(series, (self.series.place(one.series) for one in others)),
                occurred_on=after(days[day, row], (o.occurred_on.toordinal() for o in others)),
                amount=after(amount, (one.amount for one in others)),
            ),
        )
        return Batch(
            versions=versions,
            subjects=[quick.subjects[row] for row in rows.tolist()] + subjects,
            types=after(self._type[kind], (self.types.place(fact.type) for _, fact in facts)),
            letters=letters,
            statements={place: fact for place, fact in facts if fact.statement},
        )
