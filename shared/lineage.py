"""What became of the units of 2004, and of what share of each: edges between the two lists. Pure.

The lists say which units went into which (`vietnam_provinces`), lineage.toml what they leave out.
What is reported in other borders than those in which it was recorded is added up over these edges:
nothing is ever moved from one unit to another.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared import toml_files, units
from shared.frozen import Closed
from shared.record import record

_FILE = Path(__file__).with_suffix(".toml")

UnitId = Annotated[str, Field(pattern=r"^(2004|2025)-[0-9]{5}$")]


class Share(StrEnum):
    """What of a unit went into another: all, a part of its people, area alone."""

    WHOLE = "whole"
    PART = "part"
    LAND = "land"


@record(kw_only=True)
class Edge:
    """What of one unit went into another, by law from a day and in practice from another.

    `weight` is the part of what the old unit counted that goes with it: 1 of a whole, 0 of land;
    the parts of a unit add up to 1. It is an estimate where no source says it.
    """

    old: str
    new: str
    share: Share
    weight: Fraction
    is_estimate: bool
    legal_on: date
    operates_on: date


@record(kw_only=True)
class Member:
    """A unit whose numbers belong to what is reported, and with which weight (0 < weight ≤ 1)."""

    unit: str
    weight: Fraction
    is_estimate: bool


class _Told(Closed):
    old: UnitId = Field(alias="from")
    new: UnitId = Field(alias="to")
    share: Share
    weight: Fraction | None = Field(default=None, gt=0, lt=1)
    recorded_on: date

    @model_validator(mode="after")
    def _has_its_weight(self) -> Self:
        if (self.share is Share.PART) is (self.weight is None):
            raise ValueError("a part has a weight, nothing else has one")
        return self


class _File(Closed):
    legal_on: date
    operates_on: date
    edge: tuple[_Told, ...] = ()

    @model_validator(mode="after")
    def _is_in_the_lists(self) -> Self:
        for one in self.edge:
            heirs = units.successors(units.unit(one.old)) if units.exists(one.old) else ()
            if one.new not in {heir.id for heir in heirs}:
                raise ValueError(f"the lists know no way from {one.old} to {one.new}")
        return self


def edges_from(unit_id: str, as_of: date) -> tuple[Edge, ...]:
    """Return what became of a unit of 2004, as known on a day; of one of 2025 nothing yet.

    Raises UnknownUnit, and ValueError where the parts told of a unit exceed it.
    """
    return _edges_from(unit_id, _known_on(as_of))


def edges_into(unit_id: str, as_of: date) -> tuple[Edge, ...]:
    """Return what a unit of 2025 was made of, as known on a day; of one of 2004 nothing."""
    return tuple(_into(_known_on(as_of)).get(unit_id, ()))


def members(holder: str, as_of: date) -> tuple[Member, ...]:
    """Return whose numbers are those of a unit, or of what is above units, in its own borders.

    The borders of 2004 are those of then, the borders of 2025 those of today. Units of the one list
    belong to what the other one holds by their edges: a unit of 2025 to a district by as much of
    it as came from there, each unit that it was made of counting the same. Raises UnknownUnit.
    """
    return _members(holder, _known_on(as_of))


def _known_on(as_of: date) -> date:
    """Return the first day on which all was known that was on a day.

    What is worked out is kept by it: of as many days as something was recorded, and no others.
    """
    return max(
        (one.recorded_on for one in _file().edge if one.recorded_on <= as_of), default=date.min
    )


@cache
def _edges_from(unit_id: str, as_of: date) -> tuple[Edge, ...]:
    file = _file()
    heirs = [one.id for one in units.successors(units.unit(unit_id))]
    told = {one.new: one for one in file.edge if one.old == unit_id and one.recorded_on <= as_of}
    weights = {
        new: one.weight or Fraction(0) for new, one in told.items() if one.share is not Share.WHOLE
    }
    open_ones = [one for one in heirs if one not in weights]
    left = 1 - sum(weights.values(), Fraction(0))
    if left < 0 or (left > 0 and heirs and not open_ones):
        raise ValueError(f"the parts of {unit_id} do not add up to it")
    weights |= {one: left / len(open_ones) for one in open_ones}
    return tuple(
        Edge(
            old=unit_id,
            new=one,
            share=_share(weights[one]),
            weight=weights[one],
            is_estimate=one in open_ones and len(open_ones) > 1,
            legal_on=file.legal_on,
            operates_on=file.operates_on,
        )
        for one in heirs
    )


@cache
def _members(holder: str, as_of: date) -> tuple[Member, ...]:
    units.called(holder)
    found = dict(_direct(holder))
    if holder != units.COUNTRY:
        found |= _back(holder, as_of) if units.is_of_2004(holder) else _from_old(holder, as_of)
    return tuple(
        Member(unit=unit, weight=weight, is_estimate=is_estimate)
        for unit, (weight, is_estimate) in sorted(found.items())
        if weight
    )


def _direct(holder: str) -> Iterator[tuple[str, tuple[Fraction, bool]]]:
    for unit_id in units.every():
        if holder == unit_id or holder in units.unit(unit_id).above:
            yield unit_id, (Fraction(1), False)


def _from_old(holder: str, as_of: date) -> Mapping[str, tuple[Fraction, bool]]:
    """Return the units of 2004 that went into what is held in 2025, wholly or in part."""
    inside = [unit_id for unit_id, _ in _direct(holder)]
    found: dict[str, tuple[Fraction, bool]] = {}
    for old in sorted({edge.old for new in inside for edge in edges_into(new, as_of)}):
        into = [edge for edge in edges_from(old, as_of) if edge.new in inside]
        weight = sum((edge.weight for edge in into), Fraction(0))
        found[old] = weight, weight < 1 and any(edge.is_estimate for edge in into)
    return found


def _back(holder: str, as_of: date) -> Mapping[str, tuple[Fraction, bool]]:
    """Return the units of 2025 that were made of what was held in 2004, wholly or in part."""
    inside = [unit_id for unit_id, _ in _direct(holder)]
    found: dict[str, tuple[Fraction, bool]] = {}
    for new in sorted({edge.new for old in inside for edge in edges_from(old, as_of)}):
        into = edges_into(new, as_of)
        whole = sum((edge.weight for edge in into), Fraction(0))
        mine = sum((edge.weight for edge in into if edge.old in inside), Fraction(0))
        found[new] = (mine / whole if whole else Fraction(0)), mine < whole
    return found


@cache
def _into(as_of: date) -> Mapping[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for unit_id in units.every():
        for edge in edges_from(unit_id, as_of):
            found.setdefault(edge.new, []).append(edge)
    return found


def _share(weight: Fraction) -> Share:
    if not weight:
        return Share.LAND
    return Share.WHOLE if weight == 1 else Share.PART


@cache
def _file() -> _File:
    return toml_files.read(_FILE, _File).content
