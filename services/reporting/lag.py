"""How far the fold is behind on each partition, and for how long what waits has waited."""

import time
from collections import deque
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import structlog
from aiokafka import TopicPartition

from services.reporting.positions import Positions
from shared.metrics import FOLD_BEYOND, FOLD_LAG, FOLD_OLDEST

_MOST_ENDS = 3600
"""Ends of a partition that are remembered: an hour's, looked at each second."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Where a partition stands: events that wait, and for how long the oldest was seen to."""

    events: int
    seconds: float
    is_beyond: bool
    """Whether its position is above the end of the log, which was lost or made anew."""


class Ends:
    """The ends of partitions as they were seen, from which the age of what waits is told.

    A record is not looked at for that: it came no later than the first end above it was seen.
    """

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._seen: dict[TopicPartition, deque[tuple[int, float]]] = {}

    def behind(
        self, ends: Positions, stored: Positions, passed: AbstractSet[TopicPartition], now: float
    ) -> dict[TopicPartition, Behind]:
        """Return how far each partition is behind.

        On those that are `passed` nothing waits whatever the offsets say: what is left there are
        the markers of producers' transactions, which no reader ever gets.
        """
        return {
            tp: self._one(tp, end, stored.get(tp, 0), passed=tp in passed, now=now)
            for tp, end in ends.items()
        }

    def _one(
        self, tp: TopicPartition, end: int, position: int, *, passed: bool, now: float
    ) -> Behind:
        seen = self._seen.setdefault(tp, deque())
        if passed or end <= position:
            seen.clear()
            return Behind(events=0, seconds=0, is_beyond=position > end)
        while seen and seen[0][0] <= position:
            seen.popleft()
        if not seen or (seen[-1][0] < end and len(seen) < _MOST_ENDS):
            seen.append((end, now))
        return Behind(events=end - position, seconds=now - seen[0][1], is_beyond=False)


class Lag:
    """Tells metrics and the log how far the fold is behind."""

    def __init__(self) -> None:
        """Have told nothing yet."""
        self._ends = Ends()
        self._lost: list[str] = []

    def tell(
        self, ends: Positions, stored: Positions, passed: AbstractSet[TopicPartition]
    ) -> dict[TopicPartition, Behind]:
        """Set the metrics of each partition and return them; log what is new of lost logs."""
        found = self._ends.behind(ends, stored, passed, time.monotonic())
        for tp, one in found.items():
            FOLD_LAG.labels(tp.topic, tp.partition).set(one.events)
            FOLD_OLDEST.labels(tp.topic, tp.partition).set(one.seconds)
        lost = [f"{tp.topic}/{tp.partition}" for tp, one in found.items() if one.is_beyond]
        FOLD_BEYOND.set(len(lost))
        if lost and lost != self._lost:
            log.critical("folded beyond the end of the log: it was lost or made anew", at=lost)
        self._lost = lost
        return found
