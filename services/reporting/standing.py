"""How many units stand: something is worked out of each one's tallies, and kept while they hold.

A figure of every unit is then asked for as often as a page likes: what no event has moved is not
read again, and while no event was folded at all not even the versions are.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cachetools import LRUCache

from services.reporting import positions, projection
from services.reporting.known_lineage import read_lineage
from services.reporting.positions import Positions
from services.reporting.tally_reader import Tallies, tallies_of_each, versions_of
from shared.database import Connection, Pool
from shared.lineage import Lineage

_KEPT = 400_000
"""Results: one of each of the country's units for a hundred questions."""
_KEPT_CELLS = 8_000_000
"""Cells of tallies, at some 30 bytes each."""
_WHOLES = 64
"""Answers on many units that are given again while nothing at all was folded."""
_AT_ONCE = 200
"""Units read in one question, so that what is read never fills the memory."""


@dataclass(frozen=True, slots=True)
class Each[T]:
    """A result of each unit, all of one moment; `version` is another where a result may be.

    `lineage` is what was known of units at that moment.
    """

    of: Mapping[str, T]
    folded: Positions
    version: str
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class _Kept:
    word: str
    what: Any


class Standing:
    """Works out results of units for as long as the service runs, and keeps them."""

    def __init__(self, pool: Pool) -> None:
        """Read the live projection of `pool`; nothing is kept yet."""
        self._pool = pool
        self._results = LRUCache[object, _Kept](_KEPT)
        self._tallies = LRUCache[object, _Kept](
            _KEPT_CELLS, getsizeof=lambda one: one.what.sums.size + 1
        )
        self._wholes = LRUCache[object, tuple[object, Any]](_WHOLES)
        self.lineage = Lineage()
        """As it was known last."""
        self._words: dict[str, str] = {}
        self._seen: object = None

    async def each[T](
        self,
        units: Collection[str],
        as_of: date,
        key: Hashable,
        work_out: Callable[[str, Tallies], T],
    ) -> Each[T]:
        """Return what `work_out` makes of each unit's tallies as of a day.

        It must be a function of these and of `key` alone. It runs beside the event loop.
        """
        found: dict[str, T] = {}
        asked = key, as_of, tuple(units)
        async with projection.snapshot(self._pool) as conn:
            folded = await positions.read(conn)
            seen = await conn.fetchval("SELECT current_schema()"), tuple(sorted(folded.items()))
            if (whole := self._wholes.get(asked)) is not None and whole[0] == seen:
                again: Each[T] = whole[1]
                return again
            lineage = self.lineage = await read_lineage(conn)
            words = await self._words_of(conn, units, seen)
            lacking = list[str]()
            for unit in units:
                kept = self._results.get((unit, as_of, key))
                if kept is not None and kept.word == words[unit]:
                    found[unit] = kept.what
                else:
                    lacking.append(unit)
            for first in range(0, len(lacking), _AT_ONCE):
                some = lacking[first : first + _AT_ONCE]
                tallies = await self._read(conn, some, as_of, words)
                made = await asyncio.to_thread(_worked_out, work_out, tallies)
                found |= made
                for unit, result in made.items():
                    self._results[unit, as_of, key] = _Kept(words[unit], result)
        told = "\n".join(f"{unit} {words[unit]}" for unit in units)
        version = hashlib.sha256(f"{as_of}\n{lineage.word}\n{told}".encode()).hexdigest()[:32]
        each = Each({unit: found[unit] for unit in units}, folded, version, lineage)
        self._wholes[asked] = seen, each
        return each

    async def _words_of(
        self, conn: Connection, units: Collection[str], seen: object
    ) -> Mapping[str, str]:
        if seen != self._seen:
            self._seen, self._words = seen, {}
        words = self._words  # of this moment, whatever another question finds meanwhile
        lacking = [unit for unit in units if unit not in words]
        if lacking:
            words |= await versions_of(conn, lacking)
        return words

    async def _read(
        self, conn: Connection, units: Collection[str], as_of: date, words: Mapping[str, str]
    ) -> Mapping[str, Tallies]:
        read: dict[str, Tallies] = {}
        for unit in units:
            kept = self._tallies.get((unit, as_of))
            if kept is not None and kept.word == words[unit]:
                read[unit] = kept.what
        lacking = [unit for unit in units if unit not in read]
        if lacking:
            for unit, tallies in (await tallies_of_each(conn, lacking, as_of)).items():
                read[unit] = tallies
                if tallies.sums.size < self._tallies.maxsize:
                    self._tallies[unit, as_of] = _Kept(words[unit], tallies)
        return read


def _worked_out[T](
    work_out: Callable[[str, Tallies], T], tallies: Mapping[str, Tallies]
) -> dict[str, T]:
    return {unit: work_out(unit, told) for unit, told in tallies.items()}
