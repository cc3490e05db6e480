"""What became of the units of 2004, and of what share of each: edges between the two lists. Pure.

The lists and the law say which units went into which (shared.ways), corrections what was found out
since: a Lineage is all of it. What is reported in other borders than those in which it was recorded
is added up over its edges: nothing is ever moved from one unit to another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby, takewhile

from shared import units
from shared.events.lineage import Share, UnitLineage
from shared.record import record
from shared.ways import heirs, reform, sources, weight_of

type _Told = Mapping[str, UnitLineage]
"""What is known on a day of units of 2004 beside what the lists say."""
type _Found = Mapping[str, tuple[Fraction, bool]]
"""Units with their weights, and whether that is an estimate."""


@record(kw_only=True)
class Edge:
    """What of one unit went into another, by law from a day and in practice from another.

    `weight` is the part of what the old unit counted that goes with it: 1 of a whole, 0 of land;
    the parts of a unit add up to 1. It is an estimate where no `legal_basis` says it.
    """

    old: str
    new: str
    share: Share
    weight: Fraction
    is_estimate: bool
    legal_on: date
    operates_on: date
    legal_basis: str | None


@record(kw_only=True)
class Member:
    """A unit whose numbers belong to what is reported, and with which weight (0 < weight ≤ 1)."""

    unit: str
    weight: Fraction = Fraction(1)
    is_estimate: bool = False


@record(kw_only=True)
class Correction:
    """What was recorded on a day of a unit of 2004; the versions of a unit are numbered from 1."""

    sequence: int
    recorded_on: date
    told: UnitLineage


class Lineage:
    """What became of units by the lists, by law and by corrections. It never changes.

    A version of a correction holds from the latest day on which it or one before it was recorded.
    """

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        """Know of these, each of which is without `faults`."""
        every = [*_by_law(), *corrections]
        self._days = sorted({one.recorded_on for one in every})
        every.sort(key=lambda one: (one.told.unit, one.sequence))
        self._versions = {
            unit: list(of_unit) for unit, of_unit in groupby(every, lambda one: one.told.unit)
        }
        self._known: dict[date, _Told] = {}
        self._members: dict[tuple[str, date], Sequence[Member]] = {}

    def edges_from(self, unit_id: str, as_of: date) -> Sequence[Edge]:
        """Return what became of a unit of 2004, as known on a day; of one of 2025 nothing yet.

        Raises UnknownUnit.
        """
        return _edges_from(unit_id, self._known_on(self._day(as_of)))

    def edges_into(self, unit_id: str, as_of: date) -> Sequence[Edge]:
        """Return what a unit of 2025 was made of, as known on a day; of one of 2004 nothing."""
        return _edges_into(unit_id, self._known_on(self._day(as_of)))

    def members(self, holder: str, as_of: date) -> Sequence[Member]:
        """Return whose numbers are those of a unit, or of what is above units, in its own borders.

        The borders of 2004 are those of then, the borders of 2025 those of today. Units of the one
        list belong to what the other one holds by their edges: a unit of 2025 to a district by as
        much of it as came from there, each unit that it was made of counting the same. Raises
        UnknownUnit.
        """
        day = self._day(as_of)
        if (holder, day) not in self._members:
            self._members[holder, day] = _members(holder, self._known_on(day))
        return self._members[holder, day]

    def _day(self, as_of: date) -> date:
        """Return the first day on which all was known that was on a day."""
        return max((day for day in self._days if day <= as_of), default=date.min)

    def _known_on(self, day: date) -> _Told:
        if day not in self._known:
            held = (
                [*takewhile(lambda one: one.recorded_on <= day, versions)]
                for versions in self._versions.values()
            )
            self._known[day] = {some[-1].told.unit: some[-1].told for some in held if some}
        return self._known[day]


def _edges_from(unit_id: str, known: _Told) -> Sequence[Edge]:
    told, new = known.get(unit_id), heirs(unit_id)
    days = told or reform()
    weights = (
        {way.new: weight_of(way) for way in told.ways}
        if told
        else dict.fromkeys(new, Fraction(1, max(len(new), 1)))
    )
    return [
        Edge(
            old=unit_id,
            new=one,
            share=_share(weights[one]),
            weight=weights[one],
            is_estimate=told is None and len(new) > 1,
            legal_on=days.legal_on,
            operates_on=days.operates_on,
            legal_basis=told.legal_basis if told else None,
        )
        for one in new
    ]


def _edges_into(unit_id: str, known: _Told) -> Sequence[Edge]:
    edges = (edge for old in sources().get(unit_id, ()) for edge in _edges_from(old, known))
    return [edge for edge in edges if edge.new == unit_id]


def _members(holder: str, known: _Told) -> Sequence[Member]:
    units.called(holder)
    found = {unit: (Fraction(1), False) for unit in _direct(holder)}
    if holder != units.COUNTRY:
        found |= _back(holder, known) if units.is_of_2004(holder) else _from_old(holder, known)
    return tuple(
        Member(unit=unit, weight=weight, is_estimate=is_estimate)
        for unit, (weight, is_estimate) in sorted(found.items())
        if weight
    )


def _direct(holder: str) -> Sequence[str]:
    return (holder,) if units.is_unit(holder) else units.under(holder)


def _from_old(holder: str, known: _Told) -> _Found:
    """Return the units of 2004 that went into what is held in 2025, wholly or in part."""
    inside = set(_direct(holder))
    found: dict[str, tuple[Fraction, bool]] = {}
    for old in sorted({old for new in inside for old in sources().get(new, ())}):
        into = [edge for edge in _edges_from(old, known) if edge.new in inside]
        weight = sum((edge.weight for edge in into), Fraction(0))
        found[old] = weight, weight < 1 and any(edge.is_estimate for edge in into)
    return found


def _back(holder: str, known: _Told) -> _Found:
    """Return the units of 2025 that were made of what was held in 2004, wholly or in part."""
    inside = set(_direct(holder))
    found: dict[str, tuple[Fraction, bool]] = {}
    for new in sorted({new for old in inside for new in heirs(old)}):
        into = _edges_into(new, known)
        whole = sum((edge.weight for edge in into), Fraction(0))
        mine = sum((edge.weight for edge in into if edge.old in inside), Fraction(0))
        found[new] = (mine / whole if whole else Fraction(0)), mine < whole
    return found


def _share(weight: Fraction) -> Share:
    if not weight:
        return Share.LAND
    return Share.WHOLE if weight == 1 else Share.PART


def _by_law() -> Iterator[Correction]:
    """Yield what the law says beside the lists, known from its day on."""
    for one in reform().lineage:
        yield Correction(sequence=0, recorded_on=one.legal_on, told=one)
