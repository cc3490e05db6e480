"""One batch of records, in one transaction.

Facts, tallies, dead letters and positions, or nothing of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from aiokafka import TopicPartition

from services.reporting import positions, store
from services.reporting.decode import Fact, Undecodable, decode
from services.reporting.projections.tallies import Version, changes
from services.reporting.store import Numbers, Record
from shared.database import Connection, Pool
from shared.metrics import DEAD_LETTERS, EVENTS_FOLDED

log = structlog.get_logger()


class OffsetGap(Exception):
    """A batch begins above the stored position: something in between was not read."""


class TooManyDeadLetters(Exception):
    """So many records in a row are no events that the fault is not theirs.

    Nothing of the batch is kept.
    """


@dataclass(slots=True)
class Folder:
    """Folds batches into the database of `pool`.

    `longest_run` is how many dead letters in a row are taken for single bad records; one more stops
    the fold before its batch is committed.
    """

    pool: Pool
    longest_run: int
    numbers: Numbers = field(default_factory=Numbers)
    _run: int = 0

    async def fold(self, records: Sequence[Record]) -> None:
        """Fold `records`, which are contiguous and ascending in each partition.

        Records below the stored position are left out: they are folded already. Raises OffsetGap or
        PositionMoved, and changes nothing, where the stored position is not where the batch begins.
        """
        by_partition: dict[TopicPartition, list[Record]] = defaultdict(list)
        for record in records:
            by_partition[TopicPartition(record.topic, record.partition)].append(record)
        async with self.pool.acquire() as conn, conn.transaction():
            since = await positions.lock(conn, list(by_partition))
            fresh = _trim(by_partition, since)
            if not fresh:
                return
            facts, letters, run = self._decode(fresh)
            added = await self._write_facts(conn, facts)
            await store.keep_dead_letters(conn, letters)
            until = {
                tp: batch[-1].offset + 1
                for tp, batch in by_partition.items()
                if batch[-1].offset >= since[tp]
            }
            await positions.advance(conn, since, until)
        self._run = run
        _measure(len(facts), added, letters)

    def _decode(
        self, records: Sequence[Record]
    ) -> tuple[list[tuple[Record, Fact]], list[tuple[Record, Undecodable]], int]:
        """Return the facts, the dead letters, and how many of the latter now stand in a row."""
        facts: list[tuple[Record, Fact]] = []
        letters: list[tuple[Record, Undecodable]] = []
        run = self._run
        for record in records:
            decoded = decode(record.topic, record.key, record.value)
            if isinstance(decoded, Fact):
                facts.append((record, decoded))
                run = 0
            else:
                letters.append((record, decoded))
                run += 1
                if run > self.longest_run:
                    message = (
                        f"{run} in a row, last {record.topic}/{record.partition}@{record.offset}"
                    )
                    raise TooManyDeadLetters(message)
        return facts, letters, run

    async def _write_facts(self, conn: Connection, facts: Sequence[tuple[Record, Fact]]) -> int:
        """Write the facts that are not there yet and what they change; return how many."""
        await self.numbers.learn(
            self.pool, (one for _, fact in facts for one in fact.version.counts)
        )
        subjects = {fact.subject for _, fact in facts}
        known = await store.known_versions(conn, self.numbers, subjects)
        seen = {(s, version.sequence) for s, versions in known.items() for version in versions}
        new: dict[UUID, list[Version]] = defaultdict(list)
        added: list[tuple[Record, Fact]] = []
        for record, fact in facts:
            step = (fact.subject, fact.version.sequence)
            if step not in seen:
                seen.add(step)
                added.append((record, fact))
                new[fact.subject].append(fact.version)
        await store.add_facts(conn, self.numbers, added)
        await store.merge_tallies(conn, self.numbers, changes(known, new))
        return len(added)


def _measure(facts: int, added: int, letters: Sequence[tuple[Record, Undecodable]]) -> None:
    """Count and log what a batch held; called once it is committed, so that each counts once."""
    EVENTS_FOLDED.labels("applied").inc(added)
    EVENTS_FOLDED.labels("duplicate").inc(facts - added)
    for record, why in letters:
        DEAD_LETTERS.labels(why.reason).inc()
        log.warning(
            "dead letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=why.reason,
            detail=why.detail,
        )


def _trim(
    by_partition: dict[TopicPartition, list[Record]], since: positions.Positions
) -> list[Record]:
    """Return the records at or above the stored positions; refuse a batch that begins above one."""
    fresh: list[Record] = []
    for tp, batch in by_partition.items():
        kept = [record for record in batch if record.offset >= since[tp]]
        if kept and kept[0].offset > since[tp]:
            begins = kept[0].offset
            raise OffsetGap(f"{tp.topic}/{tp.partition}: folded to {since[tp]}, begins at {begins}")
        fresh.extend(kept)
    return fresh
