"""The workload is what the departments publish: the same bytes, keys, partitions and order."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from aiokafka.partitioner import murmur2

from deploy.bench.cases import DAY_MS, Draw
from deploy.bench.workload import END, START, UNITS, Told, Workload, unit_ids
from services.reporting.decode import Fact, decode
from shared import units
from shared.events.cases import CaseCorrected, CaseData
from shared.events.envelope import Event, encode
from shared.events.reader import read_event
from shared.procedures import PROCEDURES
from shared.topics import PARTITIONS, partition_of

EVENTS = 20_000


@pytest.fixture(scope="module")
def told() -> Sequence[Told]:
    return list(Workload(events=EVENTS))


@pytest.fixture(scope="module")
def events(told: Sequence[Told]) -> Sequence[Event]:
    return [read_event(value) for *_, value in told]


def _case(event: Event) -> CaseData:
    assert isinstance(event.data, CaseData)
    return event.data


def test_the_bytes_are_those_that_departments_publish(
    told: Sequence[Told], events: Sequence[Event]
) -> None:
    assert [value for *_, value in told] == [encode(event) for event in events]


def test_reporting_accepts_every_event(told: Sequence[Told]) -> None:
    facts = [decode(topic, key, value) for topic, _, key, value in told]
    assert [one for one in facts if not isinstance(one, Fact)] == []


def test_the_partition_is_the_one_that_kafkas_partitioner_gives(told: Sequence[Told]) -> None:
    expected = [(murmur2(key) & 0x7FFFFFFF) % PARTITIONS for _, _, key, _ in told]
    assert expected == [partition_of(key) for _, _, key, _ in told] == [p for _, p, _, _ in told]


def test_the_versions_of_a_case_come_in_order_but_for_what_comes_again(
    events: Sequence[Event],
) -> None:
    last: Counter[UUID] = Counter()
    again_after_more = 0
    for event in events:
        assert event.sequence <= last[event.subject] + 1
        again_after_more += event.sequence < last[event.subject]
        last[event.subject] = max(last[event.subject], event.sequence)
    assert again_after_more > 0


def test_the_shares_are_those_that_are_told(events: Sequence[Event]) -> None:
    kinds = Counter(event.type for event in events)
    again = len(events) - len({event.id for event in events})

    assert pytest.approx(again / EVENTS, rel=0.2) == 0.01
    assert pytest.approx(kinds["case.corrected"] / EVENTS, rel=0.2) == 0.02
    assert pytest.approx(kinds["case.cancelled"] / EVENTS, rel=0.2) == 0.005


def test_corrections_move_counts_to_another_unit_day_or_outcome() -> None:
    days = [date(2023, 1, 1) + timedelta(number) for number in range(200)]
    times = {"petitions.mediation": 45, "registry.birth": 1}
    due = {code: [day + time for day in range(100)] for code, time in times.items()}
    draw = Draw(
        rng=Random(1),
        units=unit_ids(),
        procedures=[PROCEDURES[code] for code in due],
        days=days,
        due=due,
        random_ids=False,
        texts=[day.isoformat() for day in days],
    )
    events = [read_event(v) for _ in range(2_000) for _, v in draw.case(10 * DAY_MS).steps]
    changed = {event.data.changed for event in events if isinstance(event, CaseCorrected)}

    assert {("unit",), ("received_on",), ("closed_on",), ("outcome",)} == changed


def test_every_procedure_channel_and_month_is_there(events: Sequence[Event]) -> None:
    cases = [_case(event).case for event in events]
    months = {(case.received_on.year, case.received_on.month) for case in cases}

    assert set(PROCEDURES) == {case.procedure for case in cases}
    assert {"online", "in_person", "post"} == {case.channel for case in cases}
    assert len(months) >= 30
    assert {*range(START.year, END.year + 1)} == {year for year, _ in months}


def test_the_units_are_in_force_all_the_time() -> None:
    found = unit_ids()
    assert len(set(found)) == UNITS
    assert {unit for one in found for day in (START, END) if (unit := units.resolve(one, day).id)}


def test_ids_are_ordered_by_time_or_random(events: Sequence[Event]) -> None:
    first = [event.subject for event in events if event.type == "case.received"]
    ordered = list(dict.fromkeys(first))
    random = {UUID(key.decode()).version for *_, key, _ in Workload(events=100, random_ids=True)}

    assert {7} == {subject.version for subject in first}
    assert all(before < after for before, after in pairwise(ordered))
    assert {4} == random


def test_a_seed_gives_one_story_and_another_seed_another() -> None:
    story = list(Workload(events=1_000, seed=3))
    assert story == list(Workload(events=1_000, seed=3))
    assert story != list(Workload(events=1_000, seed=4))


def test_events_are_recorded_while_the_desks_are_open(events: Sequence[Event]) -> None:
    assert DAY_MS == 9 * 3_600_000
    assert all(0 <= event.recordedtime.hour < 10 for event in events)
    assert date(2021, 6, 1) == min(event.recorded_on for event in events)
