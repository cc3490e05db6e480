"""What holds of the fold on a real PostgreSQL whatever comes, in whatever pieces, to whomever."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.partitioner import murmur2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting import positions
from services.reporting.decode import Version
from services.reporting.fold import Folder, OffsetGap
from services.reporting.positions import PositionMoved
from services.reporting.projection import TABLES
from services.reporting.projections.contributions import Series
from services.reporting.projections.statements import statement
from services.reporting.statements import Statement, statements_of_each
from shared.database import Pool, migrate
from shared.events.envelope import Event
from shared.topics import PARTITIONS, TOPICS, topic_of
from tests.support.builders import a_record, a_version
from tests.support.recount import Tallies, recount
from tests.support.servers import open_pool
from tests.support.stories import DAYS, stories
from tests.support.tables import STATEMENTS, tallies

WORKERS = 3
JUNK = b"no event"
EVERYWHERE = [TopicPartition(topic.name, n) for topic in TOPICS for n in range(topic.partitions)]

type Logs = Mapping[TopicPartition, Sequence[Any]]

on_postgresql = settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Turn:
    """What a worker does at once: begins `back` records before the position it knows of.

    It reads up to `length` records of every partition but `without`. It may have been started
    `anew`, and is killed after `patience` milliseconds.
    """

    anew: bool
    back: int
    length: int
    without: frozenset[int]
    patience: int


TURNS = st.builds(
    Turn,
    anew=st.booleans(),
    back=st.sampled_from([0, 0, 0, 1, 3, -1]),
    length=st.integers(1, 9),
    without=st.frozensets(st.integers(0, PARTITIONS - 1), max_size=3),
    patience=st.sampled_from([1, 3, 6, 10, 1_000, 1_000, 1_000, 1_000]),
)
ROUNDS = st.lists(st.tuples(*[TURNS] * WORKERS), max_size=5)


@st.composite
def told(draw: st.DrawFn) -> list[Event]:
    """Draw the stories of some subjects, one after the other."""
    every = [draw(stories(UUID(int=number))) for number in range(draw(st.integers(1, 6)))]
    return [event for story in every for event in story]


@st.composite
def logs(draw: st.DrawFn) -> Logs:
    """Draw what Kafka holds: each event at least once, in any order, and records of no meaning."""
    events = draw(told())
    again = draw(st.lists(st.sampled_from(events), max_size=6))
    meant: list[Event | bytes] = [*events, *again, *[JUNK] * draw(st.integers(0, 3))]
    return placed(draw(st.permutations(meant)))


def placed(values: Iterable[Event | bytes]) -> Logs:
    """Put events where Kafka would: their department's topic, the partition of their key."""
    held: dict[TopicPartition, list[Event | bytes]] = defaultdict(list)
    for value in values:
        place = TopicPartition(TOPICS[0].name, 0)
        if isinstance(value, Event):
            number = (murmur2(str(value.subject).encode()) & 0x7FFFFFFF) % PARTITIONS
            place = TopicPartition(topic_of(value.source.rpartition("/")[2]), number)
        held[place].append(value)
    return held


def piece(held: Logs, since: Mapping[TopicPartition, int], length: int) -> list[Any]:
    """Return up to `length` records of each partition from `since` on, as Kafka hands them out."""
    return [
        a_record(value, offset, topic=tp.topic, partition=tp.partition)
        for tp, first in since.items()
        for offset, value in enumerate(held[tp][first : first + length], start=first)
    ]


def rest(held: Logs, since: Mapping[TopicPartition, int]) -> list[Any]:
    """Return every record that is not folded yet."""
    return piece(held, {tp: since[tp] for tp in held}, sum(map(len, held.values())))


def recounted(values: Iterable[Event | bytes]) -> Tallies:
    """Count events the plain way."""
    versions: dict[UUID, list[Version]] = defaultdict(list)
    for value in values:
        if isinstance(value, Event):
            versions[value.subject].append(a_version(of=value))
    return recount(versions)


def stated(values: Iterable[Event | bytes]) -> Mapping[tuple[UUID, int], tuple[Any, ...]]:
    """Return what events state, each step once."""
    events = (value for value in values if isinstance(value, Event))
    return {
        (event.subject, event.sequence): (event.recorded_on, asdict(told))
        for event in events
        if (told := statement(event)) is not None
    }


async def statements(pool: Pool) -> Mapping[tuple[UUID, int], tuple[Any, ...]]:
    """Return every statement that is kept."""
    rows = [dict(row) for row in await pool.fetch(STATEMENTS)]
    found = {}
    for row in rows:
        step = row.pop("subject"), row.pop("sequence")
        found[step] = row.pop("recorded_on"), row | {"content": json.loads(row["content"])}
    assert len(found) == len(rows)
    return found


async def read_at(pool: Pool, as_of: date) -> Mapping[str, Mapping[str, Statement]]:
    """Return what a report reads of each unit as of a day."""
    async with pool.acquire() as conn:
        told = await statements_of_each(conn, ("2004-10525", "2004-10528"), as_of)
    return {unit: {one.subject: one for one in some} for unit, some in told.items()}


def a_folder(pool: Pool) -> Folder:
    return Folder(pool, longest_run=100)


async def take(pool: Pool, folder: Folder, turn: Turn, held: Logs) -> bool:
    """Let a worker take its turn, and say whether it survived."""
    since = {
        tp: max(0, position - turn.back)
        for tp, position in (await positions.read(pool)).items()
        if tp in held and tp.partition not in turn.without
    }
    task = asyncio.create_task(folder.fold(piece(held, since, turn.length)))
    await asyncio.wait([task], timeout=turn.patience / 1_000)
    killed = task.cancel()
    with suppress(OffsetGap, PositionMoved, asyncio.CancelledError):
        await task
    return not killed


def as_of(told: Tallies, day: date) -> Mapping[tuple[str, Series, date], tuple[int, int]]:
    """Return the sums of what was recorded up to a day, where they are not nothing."""
    sums: dict[tuple[str, Series, date], list[int]] = defaultdict(lambda: [0, 0])
    for cell, (facts, amount) in told.items():
        if cell.recorded_on <= day:
            total = sums[cell.unit, cell.series, cell.occurred_on]
            total[0] += facts
            total[1] += amount
    return {key: (facts, amount) for key, (facts, amount) in sums.items() if facts or amount}


async def see_that_all_is_counted(pool: Pool, held: Logs) -> None:
    """Compare the tables with a recount of the logs up to the positions."""
    done = await positions.read(pool)
    values = [value for tp, log in held.items() for value in log[: done[tp]]]
    events = {(v.subject, v.sequence) for v in values if isinstance(v, Event)}
    facts = await pool.fetch("SELECT subject, sequence FROM facts")

    assert recounted(values) == await tallies(pool)
    assert stated(values) == await statements(pool)
    assert events == {(row["subject"], row["sequence"]) for row in facts}
    assert len(events) == len(facts)
    assert values.count(JUNK) == await pool.fetchval("SELECT count(*) FROM dead_letters")


@asynccontextmanager
async def empty_tables(database: str) -> AsyncIterator[Pool]:
    """Make the tables anew, and give them with nothing folded yet."""
    async with open_pool(database, 2 * WORKERS) as pool:
        await pool.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await migrate(pool, [TABLES])
        await positions.seed(pool, dict.fromkeys(EVERYWHERE, 0))
        yield pool


@on_postgresql
@given(held=logs(), rounds=ROUNDS)
async def test_the_tallies_are_a_recount_whatever_happens(
    database: str, held: Logs, rounds: Sequence[tuple[Turn, ...]]
) -> None:
    """Workers at the same time, any borders, stale batches, gaps, deaths, starts, duplicates."""
    async with empty_tables(database) as pool:
        lived = [False] * WORKERS
        folders = [a_folder(pool)] * WORKERS
        for turns in rounds:
            folders = [
                folder if alive and not turn.anew else a_folder(pool)
                for folder, alive, turn in zip(folders, lived, turns, strict=True)
            ]
            takes = (take(pool, *pair, held) for pair in zip(folders, turns, strict=True))
            lived = await asyncio.gather(*takes)
            await see_that_all_is_counted(pool, held)
        await a_folder(pool).fold(rest(held, await positions.read(pool)))
        await see_that_all_is_counted(pool, held)
        assert {tp: len(log) for tp, log in held.items()}.items() <= (
            await positions.read(pool)
        ).items()


@settings(on_postgresql, max_examples=15)
@given(events=told())
async def test_as_of_a_day_is_what_was_summed_when_the_log_ended_on_it(
    database: str, events: Sequence[Event]
) -> None:
    """What is recorded later changes no sum as of the days before."""
    by_day: dict[date, list[Event]] = defaultdict(list)
    told_on: dict[UUID, date] = {}
    for event in events:
        day = max(event.recorded_on, told_on.get(event.subject, date.min))
        told_on[event.subject] = day
        by_day[day].append(event)
    async with empty_tables(database) as pool:
        folder, log, then = a_folder(pool), list[Event](), dict[date, Any]()
        read_then = dict[date, Any]()
        for day in sorted(by_day):
            log += by_day[day]
            held = placed(log)
            await folder.fold(rest(held, await positions.read(pool)))
            then[day] = as_of(await tallies(pool), date.max)
            read_then[day] = await read_at(pool, date.max)
        now = await tallies(pool)
        assert read_then == {day: await read_at(pool, day) for day in then}

    assert then == {day: as_of(now, day) for day in then}


@settings(on_postgresql, max_examples=15)
@given(events=told(), day=DAYS)
async def test_what_a_report_reads_is_the_last_version_of_each_subject_and_of_its_unit(
    database: str, events: Sequence[Event], day: date
) -> None:
    """A version that moves a subject to another unit takes it from the one before."""
    expected: dict[str, dict[str, tuple[int, str]]] = {"2004-10525": {}, "2004-10528": {}}
    for subject in {event.subject for event in events}:
        story = sorted((e for e in events if e.subject == subject), key=lambda e: e.sequence)
        held = date.min
        last: Event | None = None
        for event in story:
            held = max(held, event.recorded_on)
            last = event if held <= day else last
        if last and (told := statement(last)):
            expected[told.unit][str(subject)] = last.sequence, told.status
    async with empty_tables(database) as pool:
        await a_folder(pool).fold(rest(placed(events), await positions.read(pool)))
        found = await read_at(pool, day)

    assert expected == {
        unit: {subject: (one.sequence, one.status) for subject, one in of_unit.items()}
        for unit, of_unit in found.items()
    }
