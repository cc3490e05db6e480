"""The workload counted anew from the topics' bytes, to hold the tallies against.

It knows Kafka, JSON and the calendar, and nothing of how reporting folds. A cell's key is packed
into one number, so that tens of millions of cells fit into memory.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from tqdm import tqdm

from deploy.bench import tables
from deploy.bench.rig import PLACES
from deploy.bench.tables import series_text
from deploy.embedded.errors import DeployError

_VIET_NAM = timezone(timedelta(hours=7))
_DAY_BITS, _SERIES_BITS = 20, 14

type Version = tuple[int, list[tuple[int, int]]]
"""The recording day, and what the case counts as: keys without that day, and amounts."""


@dataclass(slots=True)
class Recount:
    """What the topics' bytes amount to: for each cell the sum, none of them 0."""

    cells: dict[int, int] = field(default_factory=dict)
    _units: dict[str, int] = field(default_factory=dict)
    _series: dict[str, int] = field(default_factory=dict)

    async def read(self, bootstrap: str) -> None:
        """Count all events; those of one case are in one partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            ends = await consumer.end_offsets(PLACES)
            total = sum(ends.values())
            with tqdm(total=total, desc="recounting", unit=" events", disable=None) as bar:
                for place in PLACES:
                    self._count(await self._cases(consumer, place, ends[place], bar))
        finally:
            await consumer.stop()
        self.cells = {key: amount for key, amount in self.cells.items() if amount}

    async def _cases(
        self, consumer: AIOKafkaConsumer, place: TopicPartition, end: int, bar: "tqdm[Any]"
    ) -> Mapping[str, Mapping[int, Version]]:
        """Return each case's versions by their numbers; the same version may come again."""
        cases: dict[str, dict[int, Version]] = defaultdict(dict)
        consumer.assign([place])
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    event = json.loads(record.value)
                    number = int(event["sequence"])
                    cases[event["subject"]].setdefault(number, self._version(event))
                bar.update(len(records))
        return cases

    def _count(self, cases: Mapping[str, Mapping[int, Version]]) -> None:
        """Take out, on the day of each version, what the one before counted as, put its own in."""
        for versions in cases.values():
            day, held = 0, list[tuple[int, int]]()
            for number in sorted(versions):
                recorded, counts = versions[number]
                day = max(day, recorded)
                for sign, each in ((-1, held), (1, counts)):
                    for key, amount in each:
                        cell = key << _DAY_BITS | day
                        self.cells[cell] = self.cells.get(cell, 0) + sign * amount
                held = counts

    def _version(self, event: Mapping[str, Any]) -> Version:
        recorded = datetime.fromisoformat(event["recordedtime"]).astimezone(_VIET_NAM)
        case = event["data"]["case"]
        return recorded.toordinal(), [
            (self._key(case["unit"], series, day), amount) for series, day, amount in _counted(case)
        ]

    def _key(self, unit: str, series: str, occurred: int) -> int:
        where = self._units.setdefault(unit, len(self._units))
        what = self._series.setdefault(series, len(self._series))
        return (where << _SERIES_BITS | what) << _DAY_BITS | occurred

    async def check(self, conn: tables.Connection) -> int:
        """Return how many cells the tallies have; raise DeployError unless they are these."""
        found = wrong = 0
        with tqdm(total=len(self.cells), desc="checking", unit=" cells", disable=None) as bar:
            async for cell in tables.cells(conn):
                key = self._key(cell.unit, cell.series, cell.occurred_on.toordinal())
                amount = self.cells.get(key << _DAY_BITS | cell.recorded_on.toordinal())
                wrong += amount != cell.amount
                found += 1
                bar.update()
        if wrong or found != len(self.cells):
            raise DeployError(
                f"the tallies are not what a recount gives: {found} cells, {wrong} of them wrong,"
                f" where there should be {len(self.cells)}"
            )
        return found


def _counted(case: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yield what a case counts as: series, day, amount."""
    if case["status"] == "cancelled":
        return
    procedure, channel = case["procedure"], case["channel"]
    due, closed = _ordinal(case["due_on"]), case.get("closed_on") and _ordinal(case["closed_on"])
    received = _series("received", procedure=procedure, channel=channel)
    yield received, _ordinal(case["received_on"]), 1
    overdue = _series("overdue", procedure=procedure)
    if closed is None or closed > due:
        yield overdue, due + 1, 1
    if closed is None:
        return
    if closed > due:
        yield overdue, closed, -1
    how = {name: case[name] for name in ("status", "outcome") if name in case}
    if case["status"] == "resolved":
        how["timeliness"] = "early" if closed < due else "late" if closed > due else "on_time"
    yield _series("closed", procedure=procedure, channel=channel, **how), closed, 1


@cache
def _series(measure: str, **dimensions: str) -> str:
    return series_text(measure, dimensions)


@cache
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
