"""An independent reader of the topics' bytes, and a naive recount to hold the tallies against.

It knows Kafka, JSON and the calendar, and nothing of the services' code.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.support.tables import FACTS, STATEMENTS, live_tables
from tests.support.wardbook import DEPARTMENTS, Wardbook

_VIET_NAM = timezone(timedelta(hours=7))
_DAYS_COMPARED = 12

type Place = tuple[str, int, int]
type Cells = Counter[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """A record of a topic: its place and its bytes."""

    place: Place
    key: bytes | None
    value: bytes | None


@asynccontextmanager
async def _reader(bootstrap: str) -> AsyncIterator[tuple[Any, dict[TopicPartition, int]]]:
    """Give a consumer of all partitions, and where each of these ends now."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",  # what a producer took back was never published
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(f"{name}.events", p) for name in DEPARTMENTS for p in range(6)]
        consumer.assign(partitions)
        yield consumer, await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()


async def read_topics(bootstrap: str) -> list[Told]:
    """Return every record of the four topics, from the first to the last."""
    async with _reader(bootstrap) as (consumer, ends):
        await consumer.seek_to_beginning(*ends)
        told: list[Told] = []
        while any([await consumer.position(tp) < ends[tp] for tp in ends]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                told += [Told((r.topic, r.partition, r.offset), r.key, r.value) for r in batch]
        return told


async def end_offsets(bootstrap: str) -> dict[tuple[str, int], int]:
    """Return where each partition ends."""
    async with _reader(bootstrap) as (_, ends):
        return {(tp.topic, tp.partition): end for tp, end in ends.items()}


@dataclass(frozen=True, slots=True)
class Book:
    """What the topics say: for each subject its versions, as JSON, by their numbers."""

    subjects: Mapping[str, Mapping[int, Mapping[str, Any]]]
    places: Mapping[tuple[str, int], set[Place]]
    """Everywhere that each version stands: it may have been published more than once."""

    def days(self) -> list[date]:
        """Return every recording day."""
        return sorted({_day(e) for versions in self.subjects.values() for e in versions.values()})

    def known_on(self, as_of: date) -> Iterable[Mapping[str, Any]]:
        """Return each subject's payload as it was known at the end of a day."""
        for versions in self.subjects.values():
            known = None
            for number in sorted(versions):
                if _day(versions[number]) > as_of:
                    break
                known = versions[number]
            if known is not None:
                yield known["data"]

    def states(self, subject: str) -> list[tuple[date, Mapping[str, Any]]]:
        """Return what each version of a subject says, and the day on which it was recorded."""
        versions = self.subjects[subject]
        return [
            (_day(versions[number]), _state(versions[number]["data"]))
            for number in sorted(versions)
        ]


async def read_book(wardbook: Wardbook) -> Book:
    """Read the topics, but for the records that tests put there to be refused."""
    subjects: dict[str, dict[int, Any]] = {}
    places: dict[tuple[str, int], set[Place]] = {}
    for told in await read_topics(wardbook.kafka):
        if told.place in wardbook.poison:
            continue
        assert told.value is not None
        event = json.loads(told.value)
        number = int(event["sequence"])
        assert told.key == event["subject"].encode()
        subjects.setdefault(event["subject"], {}).setdefault(number, event)
        places.setdefault((event["subject"], number), set()).add(told.place)
    return Book(subjects, places)


def _state(data: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds = ("case", "visit", "schedule", "inspection", "ward_return", "entry", "lineage")
    state: Mapping[str, Any] = next(data[kind] for kind in kinds if kind in data)
    return state


def _day(event: Mapping[str, Any]) -> date:
    return datetime.fromisoformat(event["recordedtime"]).astimezone(_VIET_NAM).date()


def count(book: Book, as_of: date, overdue_on: Iterable[date]) -> Cells:
    """Count what was known on a day, one subject at a time; the overdue ones of each day given."""
    cells: Cells = Counter()
    for data in book.known_on(as_of):
        if case := data.get("case"):
            _count_case(cells, case, overdue_on)
        elif visit := data.get("visit"):
            if not visit.get("cancelled"):
                cell = ("visitors", visit["unit"], visit["visited_on"])
                _put(cells, cell, visit["visitors"])
        elif site := data.get("inspection"):
            _count_inspection(cells, site)
        elif plan := data.get("schedule"):
            _put(cells, ("schedule", plan["unit"], plan["from_day"], plan["weekday"]), 1)
    return cells


def stated(book: Book) -> Mapping[tuple[str, int], tuple[Any, ...]]:
    """Return what each version of a return, entry or lineage says, as it is to be kept."""
    found = {}
    for subject, versions in book.subjects.items():
        for number, event in versions.items():
            if form := event["data"].get("ward_return"):
                days = form["period_start"], form["period_end"]
                told = ("return", form["form"], *days, form.get("status", "accepted"))
                found[subject, number] = (form["unit"], _day(event), *told, form["figures"])
            elif entry := event["data"].get("entry"):
                day = entry["happened_on"]
                status = "cancelled" if entry.get("cancelled") else "recorded"
                told = ("entry", entry["register_code"], day, day, status)
                found[subject, number] = (entry["unit"], _day(event), *told, entry["values"])
            elif units := event["data"].get("lineage"):
                days = units["legal_on"], units["operates_on"]
                told = ("lineage", "lineage", *days, "recorded")
                ways = {name: units[name] for name in ("ways", "legal_basis")}
                found[subject, number] = (units["unit"], _day(event), *told, ways)
    return found


def _kept(row: asyncpg.Record) -> tuple[Any, ...]:
    """Return a statement as it is kept, in the words of `stated`."""
    days = str(row["starts"]), str(row["ends"])
    told = (row["kind"], row["code"], *days, row["status"])
    return (row["unit"], row["recorded_on"], *told, json.loads(row["content"]))


def _put(cells: Cells, cell: tuple[Any, ...], amount: int, facts: int = 1) -> None:
    """Add to what a cell amounts to, and to how many say so: a declared zero is not nothing."""
    cells[cell] += amount
    cells["facts", *cell] += facts


def _count_case(cells: Cells, case: Mapping[str, Any], overdue_on: Iterable[date]) -> None:
    if case["status"] == "cancelled":
        return
    unit, procedure, channel = case["unit"], case["procedure"], case["channel"]
    received, due, closed = case["received_on"], case["due_on"], case.get("closed_on")
    there, desk = case.get("neighbourhood"), case.get("received_by")
    _put(cells, ("received", unit, received, procedure, channel, there), 1)
    if desk:
        _put(cells, ("received_for_others", desk, received, procedure, channel), 1)
    if closed:
        how = None
        if case["status"] == "resolved":
            how = "early" if closed < due else "late" if closed > due else "on_time"
        ended = case["status"], how, case.get("outcome"), case.get("sorting"), there
        _put(cells, ("closed", unit, closed, procedure, channel, *ended), 1)
    waits = case.get("paused_on") is not None and case["paused_on"] <= due
    for day in overdue_on:
        if due < str(day) and not waits and (closed is None or closed > str(day)):
            cells["overdue", unit, str(day), procedure] += 1


def _count_inspection(cells: Cells, site: Mapping[str, Any]) -> None:
    if site.get("cancelled"):
        return
    _put(cells, ("inspected", site["unit"], site["inspected_on"], site["finding"]), 1)
    if site.get("fine"):
        _put(cells, ("fined", site["unit"], site["fined_on"]), site["fine"])


_TALLIES = """
SELECT units.unit, measure, dimensions::text AS dimensions, occurred_on, recorded_on, facts, amount
  FROM tallies JOIN units ON units.id = tallies.unit JOIN series ON series.id = tallies.series
"""


_DIMENSIONS = {
    "received": ("procedure", "channel", "neighbourhood"),
    "received_for_others": ("procedure", "channel"),
    "closed": (
        *("procedure", "channel", "status", "timeliness"),
        *("outcome", "sorting", "neighbourhood"),
    ),
    "inspected": ("finding",),
    "fined": (),
    "visitors": (),
    "schedule": ("weekday",),
}


def _tallied(rows: Iterable[asyncpg.Record], as_of: date, overdue_on: Iterable[date]) -> Cells:
    """Sum the tallies up to a recording day, in the words of `count`."""
    cells: Cells = Counter()
    for row in rows:
        if row["recorded_on"] > as_of:
            continue
        told = json.loads(row["dimensions"])
        measure, unit, day, amount = (
            row[name] for name in ("measure", "unit", "occurred_on", "amount")
        )
        if measure == "overdue":
            for end in overdue_on:
                if day <= end:
                    cells["overdue", unit, str(end), told["procedure"]] += amount
            continue
        rest = (told.get(name) for name in _DIMENSIONS[measure])
        _put(cells, (measure, unit, str(day), *rest), amount, row["facts"])
    return cells


async def assert_tallies_equal_a_recount(wardbook: Wardbook) -> Book:
    """Compare all tallies, facts and statements with the topics' bytes; return what these say.

    Equal as of every day compared means equal in both of their dates.
    """
    book = await read_book(wardbook)
    async with live_tables(wardbook.dsn("reporting")) as conn:
        rows = await conn.fetch(_TALLIES)
        facts = await conn.fetch(FACTS)
        kept = await conn.fetch(STATEMENTS)
        letters = await conn.fetch('SELECT topic, partition, "offset" FROM dead_letters')
    assert {tuple(row) for row in letters} == wardbook.poison
    stood = {
        (str(f["subject"]), f["sequence"]): (f["topic"], f["partition"], f["offset"]) for f in facts
    }
    assert len(facts) == len(stood)
    assert book.places.keys() - stood.keys() == set(), "events without a fact"
    assert stood.keys() - book.places.keys() == set(), "facts without an event"
    # An event that is on the topic twice is a fact once, at either place.
    assert [step for step, place in stood.items() if place not in book.places[step]] == []
    assert {(str(row["subject"]), row["sequence"]): _kept(row) for row in kept} == stated(book)
    assert len(kept) == len(stated(book))
    days = sorted({*book.days(), *(row["recorded_on"] for row in rows)})
    some = days[:: max(1, len(days) // _DAYS_COMPARED)]
    ends = [date(2023, 3, 31), date(2023, 12, 31), date(2024, 8, 1), date(2026, 1, 1)]
    for as_of in [*some, days[-1]]:
        counted, tallied = count(book, as_of, ends), _tallied(rows, as_of, ends)
        differ = {
            cell: (counted[cell], tallied[cell])
            for cell in {*counted, *tallied}
            if counted[cell] != tallied[cell]
        }
        assert differ == {}, f"as of {as_of}: what was counted, what the tallies say"
    return book


async def letter(wardbook: Wardbook, place: Place) -> asyncpg.Record | None:
    """Return the dead letter of a place, if there is one."""
    async with live_tables(wardbook.dsn("reporting")) as conn:
        return await conn.fetchrow(
            "SELECT reason, key, value FROM dead_letters"
            ' WHERE topic = $1 AND partition = $2 AND "offset" = $3',
            *place,
        )


async def folded_to(wardbook: Wardbook) -> dict[tuple[str, int], int]:
    """Return where the fold of each partition goes on."""
    async with live_tables(wardbook.dsn("reporting")) as conn:
        rows = await conn.fetch("SELECT topic, partition, next_offset FROM positions")
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
