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
from services.reporting.counted import Counted, CountedOfMany
from services.reporting.known_lineage import read_lineage
from services.reporting.positions import Positions
from services.reporting.tally_reader import Tallies, tallies_of_each, versions_of
from shared.database import Connection, Pool
from shared.lineage import Lineage, Member

_KEPT = 400_000
"""Results, or figures where results are of many: those of the country for a hundred questions."""
_KEPT_CELLS = 8_000_000
"""Cells of tallies, at some 30 bytes each; as many again of those that stand side by side."""
_CELLS_OF_A_LINE = 20
"""As much room as a line of a statement takes."""
_WHOLES = 64
"""Answers on many units that are given again while none of them moves."""
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
class Together:
    """The tallies of members, all of one moment; `version` is another where they may be.

    `counted` has the units in the order of the members.
    """

    members: Sequence[Member]
    tallies: Mapping[str, Tallies]
    counted: CountedOfMany
    folded: Positions
    version: str


@dataclass(frozen=True, slots=True)
class Unmoved:
    """The version of members that was known to the one who asked holds, up to these positions."""

    folded: Positions


@dataclass(frozen=True, slots=True)
class _Moment:
    """What was found when something had been folded last: `words` are versions of units."""

    mark: Hashable
    lineage: Lineage
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Look:
    conn: Connection
    folded: Positions
    moment: _Moment


@dataclass(frozen=True, slots=True)
class _Kept:
    word: str
    what: Any


class Standing:
    """Reads and works out what is asked of units for as long as the service runs, and keeps it."""

    def __init__(self, pool: Pool) -> None:
        """Read the live projection of `pool`; nothing is kept yet."""
        self._pool = pool
        self._results = LRUCache[object, _Kept](_KEPT, getsizeof=_figures)
        self._tallies = LRUCache[object, _Kept](_KEPT_CELLS, getsizeof=lambda one: _cells(one.what))
        self._counted = LRUCache[object, _Kept](_KEPT_CELLS, getsizeof=lambda one: one.what.size)
        self._wholes = LRUCache[object, Each[Any]](_WHOLES)
        self._versions = LRUCache[object, tuple[Hashable, str]](_WHOLES)
        self._moment: _Moment | None = None

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
        async with self._looked() as look:
            version = await self._version(look, units, as_of)
            whole: Each[T] | None = self._wholes.get(asked)
            if whole is not None and whole.version == version:
                return Each(whole.of, look.folded, version, look.moment.lineage)
            words, lacking = look.moment.words, list[str]()
            for unit in units:
                kept = self._results.get((unit, as_of, key))
                if kept is not None and kept.word == words[unit]:
                    found[unit] = kept.what
                else:
                    lacking.append(unit)
            for first in range(0, len(lacking), _AT_ONCE):
                tallies = await self._read(look, lacking[first : first + _AT_ONCE], as_of)
                made = await asyncio.to_thread(work_out, tallies)
                found |= made
                for unit, result in made.items():
                    self._results[unit, as_of, key] = _Kept(words[unit], result)
        of = {unit: found[unit] for unit in units}
        self._wholes[asked] = each = Each(of, look.folded, version, look.moment.lineage)
        return each

    async def together(
        self, members: Callable[[Lineage], Sequence[Member]], as_of: date, known: str = ""
    ) -> Together | Unmoved:
        """Return the tallies of the members that there are by what is known of units, as of a day.

        Nothing of them where a `known` version holds. There is one member at least.
        """
        async with self._looked() as look:
            mine = members(look.moment.lineage)
            units = [one.unit for one in mine]
            weights = tuple((one.unit, one.weight) for one in mine if one.weight != 1)
            version = await self._version(look, units, as_of, weights)
            if version == known:
                return Unmoved(look.folded)
            tallies, counted = dict[str, Tallies](), list[Counted]()
            for first in range(0, len(units), _AT_ONCE):
                some = units[first : first + _AT_ONCE]
                tallies |= await self._read(look, some, as_of)
                counted.append(await self._side_by_side(look, some, as_of, tallies))
        return Together(mine, tallies, CountedOfMany(counted), look.folded, version)

    async def _side_by_side(
        self, look: _Look, units: Sequence[str], as_of: date, tallies: Mapping[str, Tallies]
    ) -> Counted:
        asked, word = (as_of, tuple(units)), "\n".join(look.moment.words[one] for one in units)
        kept = self._counted.get(asked)
        if kept is None or kept.word != word:
            made = await asyncio.to_thread(Counted, [tallies[one].sums for one in units])
            kept = _Kept(word, made)
            if made.size <= self._counted.maxsize:
                self._counted[asked] = kept
        counted: Counted = kept.what
        return counted

    @asynccontextmanager
    async def _looked(self) -> AsyncIterator[_Look]:
        """Look at the live projection: at the lineage as well where anything was folded."""
        async with projection.snapshot(self._pool) as conn:
            folded, mark = await positions.read_marked(conn)
            moment = self._moment
            if moment is None or moment.mark != mark:
                self._moment = moment = _Moment(mark, await read_lineage(conn), {})
            yield _Look(conn, folded, moment)

    async def _version(
        self, look: _Look, units: Sequence[str], as_of: date, weights: Sequence[object] = ()
    ) -> str:
        words = look.moment.words
        if lacking := [unit for unit in units if unit not in words]:
            words |= await versions_of(look.conn, lacking)
        asked = as_of, tuple(units), weights
        mark, version = self._versions.get(asked, (None, ""))
        if mark != look.moment.mark or not version:
            told = "\n".join(f"{unit} {words[unit]}" for unit in units)
            version = hashlib.sha256(f"{as_of}\n{weights}\n{told}".encode()).hexdigest()[:32]
            self._versions[asked] = look.moment.mark, version
        return version

    async def _read(self, look: _Look, units: Sequence[str], as_of: date) -> Mapping[str, Tallies]:
        words, read = look.moment.words, dict[str, Tallies]()
        for unit in units:
            kept = self._tallies.get((unit, as_of))
            if kept is not None and kept.word == words[unit]:
                read[unit] = kept.what
        if lacking := [unit for unit in units if unit not in read]:
            for unit, tallies in (await tallies_of_each(look.conn, lacking, as_of)).items():
                read[unit] = tallies
                if _cells(tallies) <= self._tallies.maxsize:
                    self._tallies[unit, as_of] = _Kept(words[unit], tallies)
        return read


def _figures(kept: _Kept) -> int:
    return len(kept.what) if isinstance(kept.what, tuple) else 1


def _cells(tallies: Tallies) -> int:
    lines = sum(1 + len(one.lines) for one in tallies.statements)
    return 1 + tallies.sums.size + _CELLS_OF_A_LINE * lines
