"""How far the fold is behind: what waits, for how long, what only looks as if it did."""

import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from services.reporting.lag import Behind, Ends, Lag

HERE, THERE = TopicPartition("registry.events", 0), TopicPartition("registry.events", 1)
NOTHING = Behind(events=0, seconds=0, is_beyond=False)


def behind(ends: Ends, end: int, position: int, now: float, *, passed: bool = False) -> Behind:
    return ends.behind({HERE: end}, {HERE: position}, {HERE} if passed else set(), now)[HERE]


def test_what_waits_grows_old_until_it_is_folded() -> None:
    ends = Ends()
    assert behind(ends, 5, 5, 0) == NOTHING
    assert behind(ends, 8, 5, 10) == Behind(events=3, seconds=0, is_beyond=False)
    assert behind(ends, 9, 5, 20) == Behind(events=4, seconds=10, is_beyond=False)
    assert behind(ends, 9, 8, 25) == Behind(events=1, seconds=5, is_beyond=False)
    assert behind(ends, 9, 9, 30) == NOTHING
    assert behind(ends, 10, 9, 40) == Behind(events=1, seconds=0, is_beyond=False)


def test_partitions_are_told_apart_and_a_new_one_begins_at_its_start() -> None:
    found = Ends().behind({HERE: 2, THERE: 3}, {HERE: 2}, set(), 1)
    assert (found[HERE].events, found[THERE].events) == (0, 3)


def test_markers_at_the_end_of_a_partition_do_not_wait() -> None:
    ends = Ends()
    assert behind(ends, 8, 7, 0).events == 1
    assert behind(ends, 8, 7, 1, passed=True) == NOTHING


def test_a_position_above_the_end_is_told_and_takes_nothing_from_the_lag() -> None:
    found = Ends().behind({HERE: 2, THERE: 3}, {HERE: 9, THERE: 1}, {HERE}, 1)
    assert found[HERE] == Behind(events=0, seconds=0, is_beyond=True)
    assert sum(one.events for one in found.values()) == 2


def test_the_metrics_of_each_partition_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0, 107.0]
    monkeypatch.setattr("services.reporting.lag.time.monotonic", lambda: clock.pop(0))
    lag = Lag()
    for _ in range(2):
        lag.tell({HERE: 4, THERE: 3}, {HERE: 2, THERE: 5}, set())
    here = {"topic": HERE.topic, "partition": "0"}
    names = ("fold_lag_events", "fold_oldest_age_seconds")
    assert [REGISTRY.get_sample_value(f"wardbook_{name}", here) for name in names] == [2, 7]
    assert REGISTRY.get_sample_value("wardbook_fold_positions_beyond_log") == 1
