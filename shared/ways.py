"""The ways from units of 2004 to those of 2025: by the lists, by law, and what may be told of them.

Pure. The lists name ways and no weights (`vietnam_provinces`), lineage.toml what the law says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from shared import toml_files, units
from shared.events.lineage import Share, UnitLineage, Way
from shared.frozen import Closed
from shared.refusal import Refused

_FILE = Path(__file__).with_name("lineage.toml")


class Reform(Closed):
    """The days of the change, and the lineages that the law tells beside the lists."""

    legal_on: date
    operates_on: date
    lineage: tuple[UnitLineage, ...]

    @model_validator(mode="after")
    def _is_without_faults(self) -> Self:
        for one in self.lineage:
            for fault in faults(one):
                raise ValueError(f"{one.unit}, {fault.field}: {fault}")
        return self


@cache
def reform() -> Reform:
    """Return what the law says of the change of 1 July 2025."""
    return toml_files.read(_FILE, Reform).content


@cache
def heirs(unit_id: str) -> Sequence[str]:
    """Return the units that one of 2004 has a way into. Raises UnknownUnit."""
    return [one.id for one in units.successors(units.unit(unit_id))]


@cache
def sources() -> Mapping[str, Sequence[str]]:
    """Return the units of 2004 that have a way into each of 2025: no correction adds one."""
    found: dict[str, list[str]] = {}
    for old in units.every():
        for new in heirs(old):
            found.setdefault(new, []).append(old)
    return found


def weight_of(way: Way) -> Fraction:
    """Return what goes with a way: all with a whole, nothing with land."""
    return way.weight or Fraction(way.share is Share.WHOLE)


def told(unit: str, ways: Iterable[Way], legal_basis: str) -> UnitLineage:
    """Return a lineage of a unit of 2004, with the days of the change."""
    days = {"legal_on": reform().legal_on, "operates_on": reform().operates_on}
    return UnitLineage(unit=unit, ways=tuple(ways), legal_basis=legal_basis, **days)


def faults(told: UnitLineage) -> Iterator[Refused]:
    """Yield all that is wrong with a lineage: it must be a whole unit's, over the lists' ways.

    The field of `ways.2` is that of the third way. Raises UnknownUnit for the unit itself.
    """
    known, taken = heirs(told.unit), set[str]()
    for number, way in enumerate(told.ways):
        field = f"ways.{number}"
        if way.new in taken:
            yield Refused("way_twice", f"{field}.new", unit=way.new)
        elif way.new not in known:
            yield Refused("no_such_way", f"{field}.new", unit=told.unit, known=", ".join(known))
        if (way.share is Share.PART) is (way.weight is None):
            yield Refused("weight_of_part", f"{field}.weight")
        elif way.weight is not None and not 0 < way.weight < 1:
            yield Refused("weight_out_of_range", f"{field}.weight")
        taken.add(way.new)
    if left_out := [one for one in known if one not in taken]:
        yield Refused("ways_missing", "ways", units=", ".join(left_out))
    whole = sum(map(weight_of, told.ways), Fraction(0))
    if whole != 1:
        yield Refused("weights_do_not_add_up", "ways", whole=whole)
