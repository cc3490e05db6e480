"""The fold on a real PostgreSQL: a batch whole or not, a fact once, tallies as a recount."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from services.reporting import positions, store
from services.reporting.decode import Fact, Version, decode
from services.reporting.fold import Folder, OffsetGap, TooManyDeadLetters
from services.reporting.projection import TABLES as MIGRATIONS
from services.reporting.projections.contributions import Contribution, Series
from shared.database import Pool, migrate
from shared.events.cases import Channel, Status
from shared.events.envelope import Event
from tests.support.builders import (
    DAY,
    TOPIC,
    a_birth,
    a_cancellation,
    a_case,
    a_correction,
    a_receipt,
    records_of,
    subject_of,
)
from tests.support.recount import Tallies, recount
from tests.support.servers import PATIENCE_SECONDS, open_pool
from tests.support.tables import FACTS, tallies
from tests.support.wait import wait_until

PARTITIONS = 4
LONGEST_RUN = 3
TABLES = ("facts", "tally_parts", "dead_letters", "positions")

_CONTRIBUTIONS = """
SELECT subject, sequence, recorded_on, units.unit, measure, dimensions, part.occurred_on, amount
  FROM facts
  LEFT JOIN LATERAL unnest(facts.units, facts.series, facts.occurred_on, facts.amounts)
       AS part (unit, series, occurred_on, amount) ON true
  LEFT JOIN units ON units.id = part.unit
  LEFT JOIN (SELECT id, measure, ARRAY(SELECT ARRAY[key, value] FROM jsonb_each_text(dimensions)
                                       ORDER BY key COLLATE "C") AS dimensions
               FROM series) AS series ON series.id = part.series
"""


@dataclass(frozen=True)
class Contents:
    """All that the fold keeps, without the short numbers that a retry may choose anew."""

    tallies: Tallies
    facts: Mapping[tuple[UUID, int], tuple[str, int, int]]
    dead_letters: Mapping[tuple[str, int, int], tuple[str, bytes | None, bytes | None]]
    positions: Mapping[TopicPartition, int]


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 6) as opened:
        await migrate(opened, [MIGRATIONS])
        await positions.seed(opened, {TopicPartition(TOPIC, n): 0 for n in range(PARTITIONS)})
        yield opened


@pytest.fixture
async def second_pool(database: str) -> AsyncIterator[Pool]:
    """As of another process."""
    async with open_pool(database, 6) as opened:
        yield opened


def a_folder(pool: Pool) -> Folder:
    return Folder(pool, LONGEST_RUN)


async def contents(pool: Pool) -> Contents:
    facts = await pool.fetch(FACTS)
    letters = await pool.fetch("SELECT * FROM dead_letters")
    return Contents(
        tallies=await tallies(pool),
        facts={
            (row["subject"], row["sequence"]): (row["type"], row["partition"], row["offset"])
            for row in facts
        },
        dead_letters={
            (row["topic"], row["partition"], row["offset"]): (
                row["reason"],
                row["key"],
                row["value"],
            )
            for row in letters
        },
        positions=await positions.read(pool),
    )


def _series(row: asyncpg.Record) -> Series:
    return Series(row["measure"], tuple((name, value) for name, value in row["dimensions"]))


async def recounted(pool: Pool) -> Tallies:
    """Count the facts table anew."""
    counts: dict[tuple[UUID, int, date], list[Contribution]] = defaultdict(list)
    for row in await pool.fetch(_CONTRIBUTIONS):
        step = counts[row["subject"], row["sequence"], row["recorded_on"]]
        if row["unit"] is not None:
            one = Contribution(row["unit"], _series(row), row["occurred_on"], row["amount"])
            step.append(one)
    versions: dict[UUID, list[Version]] = defaultdict(list)
    for (subject, sequence, day), every in counts.items():
        versions[subject].append(Version(sequence, day, tuple(every)))
    return recount(versions)


def a_history(number: int, partition: int = 0) -> list[Event]:
    """Return the steps of one case: received, registered, corrected and, every third, cancelled."""
    subject, later = subject_of(number, partition), DAY + timedelta(days=1 + number % 3)
    case, right = a_case(Status.RESOLVED), a_case(Status.RESOLVED, channel=Channel.POST)
    steps = [
        a_receipt(subject=subject),
        a_birth(case, subject=subject),
        a_correction(right, subject=subject, recorded_on=later),
    ]
    if number % 3 == 0:
        steps.append(a_cancellation(right, subject=subject, sequence=4, recorded_on=later))
    return steps


def histories(cases: int, first: int = 0, partition: int = 0) -> list[Event]:
    numbers = range(first, first + cases)
    return [step for number in numbers for step in a_history(number, partition)]


def partitioned(cases: int) -> list[list[Any]]:
    """Return records of all partitions, a case's in one: some twice, some late, some no events."""
    draw = random.Random(7)
    found = []
    for partition in range(PARTITIONS):
        values: list[Event | bytes | None] = list(histories(cases, 1000 * partition, partition))
        values += draw.sample(values, len(values) // 3)
        draw.shuffle(values)
        for place in (0, len(values) // 2, len(values)):
            values.insert(place, b"no event")
        found.append(records_of(values, partition=partition))
    return found


async def test_a_batch_is_folded_whole(pool: Pool) -> None:
    steps = a_history(1)
    await a_folder(pool).fold(records_of([*steps, b"no event"]))
    found = await contents(pool)

    assert {(subject_of(1), n): (step.type, 0, n - 1) for n, step in enumerate(steps, 1)} == (
        found.facts
    )
    assert found.dead_letters == {(TOPIC, 0, 3): ("not_json", None, b"no event")}
    assert found.positions[TopicPartition(TOPIC, 0)] == 4
    assert await recounted(pool) == found.tallies != {}


@pytest.mark.parametrize("table", TABLES)
async def test_a_batch_with_a_failing_statement_changes_nothing(pool: Pool, table: str) -> None:
    """Facts, tallies, dead letters and positions: all of them or none; and a retry brings all.

    What was undone is in no metric either.
    """
    folder = a_folder(pool)
    await folder.fold(records_of(histories(2)))
    before = await contents(pool)
    await pool.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'out of order'; END$$"
    )
    await pool.execute(
        f"CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION fail()"
    )
    first = len(histories(2))
    batch = records_of([*histories(3, first=10), b"no event"], first=first)

    measured = counted()

    with pytest.raises(asyncpg.RaiseError, match="out of order"):
        await folder.fold(batch)
    assert before == await contents(pool)
    assert measured == counted()

    await pool.execute(f"DROP TRIGGER fail ON {table}")
    await folder.fold(batch)
    after = await contents(pool)
    assert len(before.facts) + len(histories(3, first=10)) == len(after.facts)
    assert await recounted(pool) == after.tallies
    assert len(after.dead_letters) == 1
    assert first + len(batch) == after.positions[TopicPartition(TOPIC, 0)]


def counted() -> tuple[float | None, ...]:
    """Return what the metrics of folded events and dead letters say now."""
    return (
        *(folded_of(kind, "applied") for kind in ("case.received", "registry.birth.registered")),
        folded_of("case.received", "duplicate"),
        REGISTRY.get_sample_value("wardbook_dead_letters_total", {"reason": "not_json"}),
    )


def folded_of(kind: str, result: str) -> float:
    labels = {"type": kind, "result": result}
    return REGISTRY.get_sample_value("wardbook_events_folded_total", labels) or 0


async def test_what_is_folded_is_counted_by_type(pool: Pool) -> None:
    """Read the quick way and the thorough one; what comes twice is a duplicate."""
    before, folder = counted(), a_folder(pool)
    await folder.fold(records_of([*histories(2), *histories(2), b"no event"]))
    received, births, again, letters = (
        (after or 0) - (now or 0) for after, now in zip(counted(), before, strict=True)
    )
    assert (received, births, again, letters) == (2, 2, 2, 1)


async def test_records_below_the_position_are_left_out(pool: Pool) -> None:
    """After a rebalance a batch may begin with what somebody else has folded."""
    folder = a_folder(pool)
    records = records_of([b"no event", *histories(3), b"no event"])
    await folder.fold(records[:6])
    before = await contents(pool)

    await folder.fold(records[:6])
    await folder.fold(records[2:4])
    assert before == await contents(pool)

    await folder.fold(records)
    assert len(histories(3)) == len((await contents(pool)).facts)
    assert await recounted(pool) == await tallies(pool)


async def test_stale_and_fresh_partitions_of_one_batch_are_told_apart(pool: Pool) -> None:
    folder = a_folder(pool)
    stale, fresh = records_of(histories(2)), records_of(histories(2, 50, 1), partition=1)
    await folder.fold(stale)
    await folder.fold([*stale, *fresh])
    found = (await contents(pool)).positions

    assert [len(stale), len(fresh), 0, 0] == [
        found[TopicPartition(TOPIC, number)] for number in range(PARTITIONS)
    ]


async def test_a_gap_is_refused_and_changes_nothing(pool: Pool) -> None:
    folder, records = a_folder(pool), records_of(histories(3))
    await folder.fold(records[:2])
    before = await contents(pool)

    with pytest.raises(OffsetGap, match=r"registry.events/0: folded to 2, begins at 3"):
        await folder.fold([*records_of(histories(1, 50, 1), partition=1), *records[3:]])
    assert before == await contents(pool)


async def test_an_empty_batch_is_nothing(pool: Pool) -> None:
    before = await contents(pool)
    await a_folder(pool).fold([])
    assert before == await contents(pool)


async def test_two_workers_with_the_same_records_fold_them_once(
    pool: Pool, second_pool: Pool
) -> None:
    """As while a rebalance is under way; whichever comes second leaves out what the first did."""
    batches = [partition[:40] for partition in partitioned(12)]
    alone = [records for batch in batches for records in batch]
    await asyncio.gather(
        a_folder(pool).fold(alone),
        a_folder(second_pool).fold(alone),
        a_folder(second_pool).fold(batches[0]),
    )
    found = await contents(pool)

    assert await recounted(pool) == found.tallies
    assert {40} == set(found.positions.values())
    assert len(found.dead_letters) == sum(record.value == b"no event" for record in alone)


async def test_workers_of_different_partitions_add_to_the_same_tallies(
    pool: Pool, second_pool: Pool
) -> None:
    """All cases count in the same few tallies: none is lost, and nobody waits for ever."""

    async def work(folder: Folder, records: Sequence[Any]) -> None:
        for start in range(0, len(records), 7):
            await folder.fold(records[start : start + 7])

    parts = partitioned(12)
    folders = [a_folder(each) for each in (pool, second_pool, second_pool, pool)]
    async with asyncio.timeout(30):
        await asyncio.gather(*map(work, folders, parts))
    found = await contents(pool)

    once = {step.id for n in range(PARTITIONS) for step in histories(12, 1000 * n, n)}
    assert len(once) == len(found.facts)
    assert await recounted(pool) == found.tallies


@pytest.mark.parametrize("length", [1, 2, 17, 1000])
async def test_the_borders_of_batches_are_nothing(pool: Pool, length: int) -> None:
    """The same records in any batches, with a new worker for each tenth, give the same tallies."""
    records = partitioned(5)[0]
    folder = a_folder(pool)
    for number, start in enumerate(range(0, len(records), length)):
        if number % 10 == 0:
            folder = a_folder(pool)
        await folder.fold(records[start : start + length])
    found = await contents(pool)

    versions: dict[UUID, list[Version]] = defaultdict(list)
    for step in histories(5):
        decoded = decode(TOPIC, str(step.subject).encode(), step.model_dump_json().encode())
        assert isinstance(decoded, Fact)
        versions[step.subject].append(decoded.version)
    assert recount(versions) == found.tallies
    assert len(found.dead_letters) == 3


async def test_too_many_dead_letters_in_a_row_stop_the_fold_with_nothing_kept(pool: Pool) -> None:
    folder = a_folder(pool)
    good, bad = histories(1), [b"no event"] * LONGEST_RUN
    await folder.fold(records_of([*good, *bad]))
    before = await contents(pool)
    first = len(good) + len(bad)

    with pytest.raises(TooManyDeadLetters, match=rf"4 in a row, last registry.events/0@{first}"):
        await folder.fold(records_of([b"no event", *histories(1, 50)], first=first))
    assert before == await contents(pool)
    assert len(before.dead_letters) == LONGEST_RUN


async def test_a_good_record_ends_a_row_of_dead_letters(pool: Pool) -> None:
    bad: list[Event | bytes | None] = [b"no event"] * LONGEST_RUN
    await a_folder(pool).fold(records_of([*bad, a_receipt(), *bad]))

    assert len((await contents(pool)).dead_letters) == 2 * LONGEST_RUN


async def test_a_record_without_key_and_value_is_kept(pool: Pool) -> None:
    await a_folder(pool).fold(records_of([None]))

    assert (await contents(pool)).dead_letters == {(TOPIC, 0, 0): ("empty", None, None)}


async def test_a_type_with_a_nul_is_a_dead_letter(pool: Pool) -> None:
    await a_folder(pool).fold(records_of([b'{"type": "a\\u0000b"}']))

    assert len((await contents(pool)).dead_letters) == 1


class Counting(asyncpg.Connection):
    """A connection that counts the statements of all connections of its class."""

    statements = 0

    async def _execute(self, *args: Any, **named: Any) -> Any:
        Counting.statements += 1
        return await super()._execute(*args, **named)  # type: ignore[misc]

    async def copy_to_table(self, *args: Any, **named: Any) -> Any:
        """Count a COPY as a statement."""
        Counting.statements += 1
        return await super().copy_to_table(*args, **named)

    async def copy_records_to_table(self, *args: Any, **named: Any) -> Any:
        """Count a COPY as a statement."""
        Counting.statements += 1
        return await super().copy_records_to_table(*args, **named)


@pytest.mark.parametrize("partitions", [1, PARTITIONS])
async def test_a_large_batch_takes_as_many_statements_as_a_small_one(
    pool: Pool, database: str, partitions: int
) -> None:
    """One round trip per statement and batch, not per event or partition."""
    counted: Any = await asyncpg.create_pool(
        database, min_size=2, max_size=4, connection_class=Counting
    )
    folder = a_folder(counted)
    await folder.fold(records_of(histories(3, first=9_000)))  # all series and units are known now
    used = []
    begun = [len(histories(3, first=9_000)), *[0] * (PARTITIONS - 1)]
    for cases, first in ((2, 0), (300, 3_000)):
        batch: list[Any] = []
        for number in range(partitions):
            steps: list[Event | bytes | None] = list(
                histories(cases, first + 10_000 * number, number)
            )
            steps.append(b"no event")
            batch += records_of(steps, first=begun[number], partition=number)
            begun[number] += len(steps)
        Counting.statements = 0
        await folder.fold(batch)
        used.append(Counting.statements)
    await counted.close()

    assert used[0] == used[1]
    assert 5 <= used[0] <= 12
    assert await recounted(pool) == await tallies(pool)


async def test_joined_parts_are_the_same_tallies(pool: Pool, second_pool: Pool) -> None:
    """Two processes join at once while a third folds on: nothing is lost, nothing is twice."""
    folder = a_folder(pool)
    records = records_of(histories(30))
    for number in range(0, 60, 2):
        await folder.fold(records[number : number + 2])
    before = await pool.fetchval("SELECT count(*) FROM tally_parts")
    joined = await asyncio.gather(
        store.join_parts(pool, most=3),
        store.join_parts(second_pool, most=3),
        a_folder(second_pool).fold(records[60:]),
    )

    assert sum(joined[:2]) >= 1
    assert await pool.fetchval("SELECT count(*) FROM tally_parts") < before / 2
    assert await recounted(pool) == await tallies(pool)
    assert len(histories(30)) == len((await contents(pool)).facts)


async def test_parts_that_are_few_or_large_are_left_as_they_are(pool: Pool) -> None:
    folder = a_folder(pool)
    records = records_of(histories(4))
    for record in records:
        await folder.fold([record])
    parts = await pool.fetch("SELECT unit, series FROM tally_parts")

    assert await store.join_parts(pool, most=len(parts)) == 0
    assert await store.join_parts(pool, most=1, largest=1) == 0
    assert parts == await pool.fetch("SELECT unit, series FROM tally_parts")


async def test_dead_letters_that_are_folded_already_are_in_no_row(pool: Pool) -> None:
    """A batch that comes again must not stop the fold by what was counted the first time."""
    folder = a_folder(pool)
    bad: list[Event | bytes | None] = [b"no event"] * LONGEST_RUN
    records = records_of([*bad, a_receipt()])
    await folder.fold(records[:LONGEST_RUN])
    await folder.fold(records)

    assert len((await contents(pool)).dead_letters) == LONGEST_RUN
    assert len((await contents(pool)).facts) == 1


async def test_a_gap_of_the_topic_itself_is_folded_over(pool: Pool) -> None:
    """The same first record came again from the stored position: nothing is there in between."""
    folder, records = a_folder(pool), records_of(histories(3))
    await folder.fold(records[:2])
    with pytest.raises(OffsetGap) as gap:
        await folder.fold(records[3:])
    await folder.fold(records[3:], {gap.value.partition: gap.value.first})

    assert len(records) - 1 == len((await contents(pool)).facts)
    with pytest.raises(OffsetGap):
        await a_folder(pool).fold(
            records_of(histories(1, 50), first=len(records) + 2),
            {gap.value.partition: gap.value.first},
        )


async def test_a_worker_that_stands_still_in_a_copy_loses_its_locks(
    pool: Pool, second_pool: Pool
) -> None:
    """It is ended, whatever it sends later counts for nothing, and another folds on."""
    standing, thaw = asyncio.Event(), asyncio.Event()

    async def never_ending() -> AsyncIterator[bytes]:
        standing.set()
        await thaw.wait()
        yield b""

    async def freeze() -> None:
        async with second_pool.acquire() as conn, conn.transaction():
            await positions.lock(conn, [0])
            await conn.copy_to_table("dead_letters", source=never_ending())

    async with asyncio.TaskGroup() as tasks:
        frozen = tasks.create_task(_outcome(freeze()))
        try:
            await asyncio.wait_for(standing.wait(), PATIENCE_SECONDS)
            folding = tasks.create_task(a_folder(pool).fold(records_of(histories(2))))
            await wait_until(lambda: _waiting_for_a_lock(pool))
            await positions.end_frozen(pool, seconds=60)
            await asyncio.wait({folding}, timeout=0.5)
            assert not folding.done()
            await positions.end_frozen(pool, seconds=0.5)
            await asyncio.wait_for(folding, PATIENCE_SECONDS)
        finally:
            thaw.set()

    assert isinstance(frozen.result(), (asyncpg.PostgresError, asyncpg.InterfaceError, OSError))
    assert len(histories(2)) == len((await contents(pool)).facts)
    assert await recounted(pool) == await tallies(pool)


async def _outcome(work: Awaitable[None]) -> Exception | None:
    """What the work ended with, for a test that looks at it later."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the test says which it must be
        return error
    return None


async def _waiting_for_a_lock(pool: Pool) -> bool:
    """Whether a transaction of this database stands behind another's lock."""
    return bool(
        await pool.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )
