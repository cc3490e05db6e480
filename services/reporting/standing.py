"""How many units stand: something is worked out of their tallies, and kept while they hold.

A figure of every unit is then asked for as often as a page likes: what no event has moved is not
read again, and while no event was folded at all not even the versions are.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from cachetools import LRUCache

from services.reporting import positions, projection
from services.reporting.counted import Counted
from services.reporting.positions import Positions
from services.reporting.tally_reader import Tallies, tallies_of_each, versions_of
from shared.database import Connection, Pool

_KEPT = 400_000
"""Results: one of each of the country's units for a hundred questions."""
_KEPT_CELLS = 8_000_000
"""Cells of tallies, at some 30 bytes each; as many again of those that stand side by side."""
_WHOLES = 64
"""Answers on many units that are given again while none of them moves."""
_AT_ONCE = 200
"""Units read in one question, so that what is read never fills the memory."""


@dataclass(frozen=True, slots=True)
class Each[T]:
    """A result of each unit, all of one moment; `version` is another where a result may be."""

    of: Mapping[str, T]
    folded: Positions
    version: str


@dataclass(frozen=True, slots=True)
class Together:
    """The tallies of units, all of one moment; `version` is another where they may be.

    `counted` has the units in the order in which they were asked for.
    """

    tallies: Mapping[str, Tallies]
    counted: Counted
    folded: Positions
    version: str


@dataclass(frozen=True, slots=True)
class Unmoved:
    """The version of units that was known to the one who asked holds, up to these positions."""

    folded: Positions


@dataclass(frozen=True, slots=True)
class _Look:
    conn: Connection
    words: Mapping[str, str]
    folded: Positions
    version: str


@dataclass(frozen=True, slots=True)
class _Kept:
    word: str
    what: Any


class Standing:
    """Reads and works out what is asked of units for as long as the service runs, and keeps it."""

    def __init__(self, pool: Pool) -> None:
        """Read the live projection of `pool`; nothing is kept yet."""
        self._pool = pool
        self._results = LRUCache[object, _Kept](_KEPT)
        self._tallies = LRUCache[object, _Kept](
            _KEPT_CELLS, getsizeof=lambda one: one.what.sums.size + 1
        )
        self._counted = LRUCache[object, _Kept](_KEPT_CELLS, getsizeof=lambda one: one.what.size)
        self._wholes = LRUCache[object, Each[Any]](_WHOLES)
        self._versions = LRUCache[object, tuple[object, str]](_WHOLES)
        self._words: dict[str, str] = {}
        self._seen: Hashable = None

    async def each[T](
        self,
        units: Sequence[str],
        as_of: date,
        key: Hashable,
        work_out: Callable[[Mapping[str, Tallies]], Mapping[str, T]],
    ) -> Each[T]:
        """Return what `work_out` makes of units' tallies as of a day: a result of each unit.

        It must be a function of that unit's tallies and of `key` alone, and is called with some
        units at a time, beside the event loop.
        """
        asked = key, as_of, tuple(units)
        found: dict[str, T] = {}
        async with self._looked(units, as_of) as look:
            whole: Each[T] | None = self._wholes.get(asked)
            if whole is not None and whole.version == look.version:
                return Each(whole.of, look.folded, whole.version)
            lacking = list[str]()
            for unit in units:
                kept = self._results.get((unit, as_of, key))
                if kept is not None and kept.word == look.words[unit]:
                    found[unit] = kept.what
                else:
                    lacking.append(unit)
            for first in range(0, len(lacking), _AT_ONCE):
                tallies = await self._read(look, lacking[first : first + _AT_ONCE], as_of)
                made = await asyncio.to_thread(work_out, tallies)
                found |= made
                for unit, result in made.items():
                    self._results[unit, as_of, key] = _Kept(look.words[unit], result)
        each = Each({unit: found[unit] for unit in units}, look.folded, look.version)
        self._wholes[asked] = each
        return each

    async def together(
        self, units: Sequence[str], as_of: date, known: str = ""
    ) -> Together | Unmoved:
        """Return the tallies of units as of a day; nothing of them where a `known` version holds.

        There is one unit at least.
        """
        async with self._looked(units, as_of) as look:
            if look.version == known:
                return Unmoved(look.folded)
            tallies = dict[str, Tallies]()
            for first in range(0, len(units), _AT_ONCE):
                tallies |= await self._read(look, units[first : first + _AT_ONCE], as_of)
        asked = as_of, tuple(units)
        kept = self._counted.get(asked)
        if kept is None or kept.word != look.version:
            counted = await asyncio.to_thread(Counted, [tallies[one].sums for one in units])
            kept = _Kept(look.version, counted)
            if counted.size < self._counted.maxsize:
                self._counted[asked] = kept
        return Together(tallies, kept.what, look.folded, look.version)

    @asynccontextmanager
    async def _looked(self, units: Sequence[str], as_of: date) -> AsyncIterator[_Look]:
        """Look at units: at the versions of their tallies as well where anything was folded."""
        async with projection.snapshot(self._pool) as conn:
            folded, seen = await positions.read_marked(conn)
            if seen != self._seen:
                self._seen, self._words = seen, {}
            words = self._words  # of this moment, whatever another question finds meanwhile
            if lacking := [unit for unit in units if unit not in words]:
                words |= await versions_of(conn, lacking)
            asked = as_of, tuple(units)
            when, version = self._versions.get(asked, (None, ""))
            if when != seen:
                version = _version(words, units, as_of)
                self._versions[asked] = seen, version
            yield _Look(conn, words, folded, version)

    async def _read(self, look: _Look, units: Sequence[str], as_of: date) -> Mapping[str, Tallies]:
        read: dict[str, Tallies] = {}
        for unit in units:
            kept = self._tallies.get((unit, as_of))
            if kept is not None and kept.word == look.words[unit]:
                read[unit] = kept.what
        if lacking := [unit for unit in units if unit not in read]:
            for unit, tallies in (await tallies_of_each(look.conn, lacking, as_of)).items():
                read[unit] = tallies
                if tallies.sums.size < self._tallies.maxsize:
                    self._tallies[unit, as_of] = _Kept(look.words[unit], tallies)
        return read


def _version(words: Mapping[str, str], units: Sequence[str], as_of: date) -> str:
    told = "\n".join(f"{unit} {words[unit]}" for unit in units)
    return hashlib.sha256(f"{as_of}\n{told}".encode()).hexdigest()[:32]
