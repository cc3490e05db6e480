"""One batch of records, in one transaction.

Facts, tallies, statements, dead letters and positions, or nothing of them.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import structlog
from aiokafka import TopicPartition

from services.reporting import positions, store
from services.reporting.batch import Batch, Reader, Record
from services.reporting.decode import Undecodable
from services.reporting.numbers import Numbers
from services.reporting.projections.tallies import Column, fold
from shared.database import Connection, Pool
from shared.metrics import DEAD_LETTERS, EVENTS_FOLDED
from shared.tracing import told_in, trace_of

if TYPE_CHECKING:
    from shared.spans import Spans

log = structlog.get_logger()


class OffsetGap(Exception):
    """A batch begins above the stored position: something in between was not read.

    `first` is the offset of the partition's first record.
    """

    def __init__(self, partition: TopicPartition, stored: int, first: int) -> None:
        """Say which partition it is, where its position stands and where the batch begins."""
        where = f"{partition.topic}/{partition.partition}"
        super().__init__(f"{where}: folded to {stored}, begins at {first}")
        self.partition = partition
        self.first = first


class TooManyDeadLetters(Exception):
    """So many records in a row are no events that the fault is not theirs.

    Nothing of the batch is kept.
    """


class Folder:
    """Folds batches into the database of `pool`.

    `longest_run` is how many dead letters in a row are taken for single bad records; one more stops
    the fold before its batch is committed.
    """

    def __init__(self, pool: Pool, longest_run: int, spans: "Spans | None" = None) -> None:
        """Know no names yet; the first batches learn them."""
        self._pool = pool
        self._longest_run = longest_run
        self._spans = spans
        self._reader = Reader()
        self._numbers = Numbers()
        self._run = 0

    async def fold(
        self, records: Sequence[Record], gaps: positions.Positions | None = None
    ) -> None:
        """Fold `records`, which follow one another in each partition as they do on the topic.

        Records below the stored position are left out: they are folded already. Raises OffsetGap or
        PositionMoved, and changes nothing, where the stored position is not where the batch begins.
        Where reading from the stored position has led to the same first record before, the gap is
        the topic's own (the marker of a producer's transaction): `gaps` are such first offsets.
        """
        began = time.time_ns()
        while records:
            batch = self._reader.read(records)
            letters = [(records[place], why) for place, why in batch.letters.items()]
            await self._numbers.learn(self._pool, self._reader)
            spans = _spans(records)
            async with self._pool.acquire() as conn, conn.transaction():
                since = await positions.lock(conn, {tp.partition for tp in spans})
                if all(first >= since[tp] for tp, (first, _) in spans.items()):
                    _refuse_gap(spans, since, gaps or {})
                    run = self._run_after(records, batch.letters)
                    added = await write(conn, self._numbers, records, batch)
                    await store.keep_dead_letters(conn, letters)
                    until = {tp: last + 1 for tp, (_, last) in spans.items()}
                    await positions.advance(conn, since, until)
                    break
            records = [
                r for r in records if r.offset >= since[TopicPartition(r.topic, r.partition)]
            ]
        else:
            return
        self._run = run
        _measure(self._reader.types.seen, batch.types, added, letters)
        if self._spans is not None:
            applied, duplicates = len(added), len(batch.subjects) - len(added)
            counts = Counter(applied=applied, duplicates=duplicates, dead_letters=len(letters))
            self._spans.folded(records, counts, began)

    def _run_after(self, records: Sequence[Record], letters: Mapping[int, Undecodable]) -> int:
        """Return how many dead letters stand in a row at the end; refuse a row that is too long."""
        run, before = self._run, -1
        for place in sorted(letters):
            run = run + 1 if place == before + 1 else 1
            before = place
            if run > self._longest_run:
                last = records[place]
                message = f"{run} in a row, last {last.topic}/{last.partition}@{last.offset}"
                raise TooManyDeadLetters(message)
        return run if before == len(records) - 1 else 0


async def write(
    conn: Connection, numbers: Numbers, records: Sequence[Record], batch: Batch
) -> Column:
    """Write the facts of a batch that are not there yet; return which of them those were.

    The caller's transaction has locked the positions of their partitions, and `numbers` has learnt
    the names of the batch.
    """
    known = await store.known_versions(conn, batch.subjects)
    new = numbers.applied(batch.versions)
    rows, cells = fold(known, new)
    origin = numbers.origin(records, batch)
    await store.add_facts(conn, new, origin, rows)
    await store.add_to_tallies(conn, cells)
    if batch.statements:
        added = set(new.place[rows].tolist())
        await store.add_statements(
            conn, [fact for place, fact in batch.statements.items() if place in added]
        )
    return rows


def _spans(records: Sequence[Record]) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first and the last offset of each partition."""
    spans: dict[TopicPartition, tuple[int, int]] = {}
    for (topic, partition), run in groupby(records, attrgetter("topic", "partition")):
        offsets = [record.offset for record in run]
        first, _ = spans.get(TopicPartition(topic, partition), (offsets[0], 0))
        spans[TopicPartition(topic, partition)] = first, offsets[-1]
    return spans


def _refuse_gap(
    spans: Mapping[TopicPartition, tuple[int, int]],
    since: positions.Positions,
    gaps: positions.Positions,
) -> None:
    """Raise OffsetGap where a partition's first record is above its stored position."""
    for tp, (first, _) in spans.items():
        if first > since[tp] and gaps.get(tp) != first:
            raise OffsetGap(tp, since[tp], first)


def _measure(
    names: Sequence[str],
    types: Column,
    added: Column,
    letters: Sequence[tuple[Record, Undecodable]],
) -> None:
    """Count and log what a batch held; called once it is committed, so that each counts once."""
    read = np.bincount(types, minlength=len(names))
    applied = np.bincount(types[added], minlength=len(names))
    for name, all_of_it, new in zip(names, read.tolist(), applied.tolist(), strict=True):
        if all_of_it:
            EVENTS_FOLDED.labels(name, "applied").inc(new)
            EVENTS_FOLDED.labels(name, "duplicate").inc(all_of_it - new)
    for record, why in letters:
        DEAD_LETTERS.labels(why.reason).inc()
        log.warning(
            "dead letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=why.reason,
            detail=why.detail,
            **({"trace_id": trace_of(told)} if (told := told_in(record.headers)) else {}),
        )
