"""The workload: the events of cases of a thousand wards, or others, drawn from a seed.

They come in the order of their recording, and only what is still to come of the cases that are
under way is in memory. `produce` puts them on the topics, as the relays would.
"""

import asyncio
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappop, heappush
from itertools import count

from aiokafka import AIOKafkaProducer
from tqdm import tqdm
from vietnam_provinces.legacy import WardCode

from deploy.bench.cases import DAY_MS, Draw
from deploy.sample.figures import read_figures
from shared import units
from shared.calendar import due_day, is_working_day
from shared.events.envelope import headers
from shared.procedures import PROCEDURES, Procedure
from shared.topics import TOPICS, partition_of, topic_of

UNITS = 1_000
START, END = date(2021, 6, 1), date(2023, 11, 30)

_AROUND = timedelta(120)  # before it births lie, after it what comes late
_MOST_ON_THE_WAY = 500

type Told = tuple[str, int, bytes, bytes]
"""A record to be produced: topic, partition, key, value."""


def unit_ids() -> Sequence[str]:
    """Return the units of the workload: each tenth of the list of 2004, in force all the time."""
    codes = sorted(code.value for code in WardCode)
    return [units.unit(f"2004-{code:05d}").id for code in codes[:: len(codes) // UNITS][:UNITS]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """How much is drawn, of which units and days, and from which seed.

    Ids of cases are ordered by time as UUIDv7 is, or random as UUIDv4.
    """

    events: int = 1_000_000
    seed: int = 1
    random_ids: bool = False
    units: Sequence[str] = field(default_factory=unit_ids)
    start: date = START
    end: date = END

    def __iter__(self) -> Iterator[Told]:
        """Yield the records in the order of their recording."""
        days = _working_days(self.start - _AROUND, self.end + _AROUND)
        first = sum(day < self.start for day in days)
        period = sum(self.start <= day <= self.end for day in days)
        draw = Draw(
            rng=random.Random(self.seed),  # noqa: S311 - the same story at every run
            units=self.units,
            procedures=_as_often_as_in_the_sample(),
            days=days,
            due=_due_days(days[: first + period], {day: place for place, day in enumerate(days)}),
            random_ids=self.random_ids,
            texts=[day.isoformat() for day in days],
        )
        cases = max(1, self.events // 2)  # a case has a little more than two events
        moments = ((first * cases + number * period) * DAY_MS // cases for number in range(cases))
        for _, told in zip(range(self.events), _in_order(draw, moments), strict=False):
            yield told


def _in_order(draw: Draw, receipts: Iterable[int]) -> Iterator[Told]:
    """Yield what is told of all cases, merged by the moments of recording."""
    waiting: list[tuple[int, int, Told]] = []
    order = count()
    for at in receipts:
        while waiting and waiting[0][0] <= at:
            yield heappop(waiting)[2]
        history = draw.case(at)
        key = history.subject.encode()
        topic, partition = topic_of(history.department), partition_of(key)
        for moment, value in history.steps:
            heappush(waiting, (moment, next(order), (topic, partition, key, value)))
    while waiting:
        yield heappop(waiting)[2]


def _as_often_as_in_the_sample() -> Sequence[Procedure]:
    """Return the procedures, each as many times as the sample ward has cases of it.

    Those of which it has none are as frequent as its mediations.
    """
    figures = read_figures()
    received = {work.procedure: work.received for work in figures.work}
    rare = len(figures.petitions.mediations)
    return [each for code, each in PROCEDURES.items() for _ in range(received.get(code, rare))]


def _working_days(first: date, last: date) -> Sequence[date]:
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


def _due_days(days: Iterable[date], places: Mapping[date, int]) -> Mapping[str, Sequence[int]]:
    """Return for each procedure the place of the due day of a case by its day of receipt.

    A result that is due on the day itself is promised for the next one: cases here are early, on
    time and late, whatever their procedure.
    """
    received = list(days)
    times = {code: one.versions[0].processing for code, one in PROCEDURES.items()}
    due = {
        time: [places[due_day(day, max(time.days, 1), time.kind)] for day in received]
        for time in set(times.values())
    }
    return {code: due[time] for code, time in times.items()}


async def produce(bootstrap: str, workload: Workload) -> None:
    """Put the workload on the topics, in batches of the size that the relays' producer makes."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, compression_type="lz4"
    )
    told = [(name, value.encode()) for name, value in headers().items()]
    batches = {}
    on_the_way: list[asyncio.Future[object]] = []
    await producer.start()
    try:
        # Topics known from the start are not asked for by name, and are forgotten, leaders and all,
        # when another one is: a topic just made may be such another one. So name all of them.
        await producer.client.set_topics([topic.name for topic in TOPICS])
        for topic, partition, key, value in tqdm(
            workload, total=workload.events, desc="producing", unit=" events", disable=None
        ):
            place = topic, partition
            if place not in batches:
                batches[place] = producer.create_batch()
            record = {"timestamp": None, "key": key, "value": value, "headers": told}
            if batches[place].append(**record) is None:  # it is full
                on_the_way.append(
                    await producer.send_batch(batches[place], topic, partition=partition)
                )
                batches[place] = producer.create_batch()
                batches[place].append(**record)
            if len(on_the_way) > _MOST_ON_THE_WAY:
                await asyncio.gather(*on_the_way)
                on_the_way.clear()
        for (topic, partition), batch in batches.items():
            on_the_way.append(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*on_the_way)
    finally:
        await producer.stop()
