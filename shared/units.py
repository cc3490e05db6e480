"""Administrative units by identity: the register that numbers them, and their number in it.

Neither name nor number is an identity: until 30 June 2025 10525 is phường Trần Hưng Đạo, one of
eight of that name; from 1 July 2025 it is phường Hải Dương. Both lists are `vietnam_provinces`'.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

REFORM = date(2025, 7, 1)
"""The first day of the list of Quyết định 19/2025/QĐ-TTg, which replaces 124/2004/QĐ-TTg."""

CODE = re.compile(r"[0-9]{5}")

COUNTRY = "vn"
"""The identity of what is above all provinces."""

type _Entry = tuple[str, str, str, tuple[str, ...]]  # name, kind, name of the parent, what is above


class Kind(StrEnum):
    """What sort of commune a unit is. Townships ended with the districts, special zones began."""

    WARD = "phường"
    COMMUNE = "xã"
    TOWNSHIP = "thị trấn"
    SPECIAL_ZONE = "đặc khu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of one register; `parent` is the district of one of 2004, the province of one of 2025.

    `above` are the identities of all that it belongs to, the nearest first: 2004-288 (a district
    has three digits), 2004-30 (a province two), vn.
    `valid_from` is None where the first day is not known: the list of 2004 changed every year, and
    what is kept of it is its last state and some units that had ended shortly before.
    """

    id: str
    code: str
    name: str
    kind: Kind
    parent: str
    above: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None


class UnknownUnit(LookupError):
    """No register has this unit."""


class UnitNotInForce(LookupError):
    """The unit exists, but not on that day; the message says when it did, and what succeeded it."""


def unit(unit_id: str) -> Unit:
    """Return the unit with this identity, e.g. `2004-10525`."""
    register, _, code = unit_id.partition("-")
    if register not in _REGISTERS or not CODE.fullmatch(code):
        message = f"{unit_id!r} is not the identity of a unit, such as 2025-10525"
        raise UnknownUnit(message)
    return _unit(register, code)


def resolve(code_or_id: str, on: date) -> Unit:
    """Return the unit meant on a day: by its number in the list of that day, or by its identity."""
    if CODE.fullmatch(code_or_id):
        return unit(f"{'2004' if on < REFORM else '2025'}-{code_or_id}")
    found = unit(code_or_id)
    if not (found.valid_from or date.min) <= on <= (found.valid_to or date.max):
        raise UnitNotInForce(_days_of(found))
    return found


def successors(of: Unit) -> tuple[Unit, ...]:
    """Return the units of 2025 that took over one of 2004, whole or in part; none if not known."""
    from vietnam_provinces import Ward  # noqa: PLC0415  (late, see _in_2004)

    if of.valid_to is None:
        return ()
    return tuple(
        unit(f"2025-{found.ward.code:05d}") for found in Ward.search_from_legacy(code=int(of.code))
    )


def exists(unit_id: str) -> bool:
    """Return whether a register has a unit with this identity."""
    try:
        unit(unit_id)
    except UnknownUnit:
        return False
    return True


@cache
def answering(unit_id: str) -> frozenset[str]:
    """Return whose people answer for a unit: its own, those above it, those of its successors.

    For what is above units, a district or province, its own people answer and all those who answer
    for every unit in it. Raises UnknownUnit.
    """
    if not is_unit(unit_id):
        called(unit_id)
        return frozenset.intersection(*map(answering, under(unit_id))) | {unit_id}
    found = unit(unit_id)
    return frozenset(
        holder for one in (found, *successors(found)) for holder in (one.id, *one.above)
    )


def is_unit(holder: str) -> bool:
    """Say whether this is the identity of a commune, not of what is above communes, or of none."""
    return len(holder) == len("2025-10525")


def level(holder: str) -> str:
    """Return where in the hierarchy a unit, or what is above units, stands."""
    _, _, code = holder.partition("-")
    return {5: "commune", 3: "district", 2: "province"}.get(len(code), "country")


def is_of_2004(holder: str) -> bool:
    """Say whether an identity is of the list of 2004, which ended with the reform."""
    return holder.startswith("2004-")


@cache
def above(holder: str) -> tuple[str, ...]:
    """Return what a unit, or what is above units, belongs to, the nearest first.

    Raises UnknownUnit.
    """
    if is_unit(holder):
        return unit(holder).above
    called(holder)
    if holder == COUNTRY:
        return ()
    first = unit(next(iter(under(holder))))
    return first.above[first.above.index(holder) + 1 :]


@cache
def under(holder: str) -> tuple[str, ...]:
    """Return the units of its own list that are in what is above units, in the order of codes."""
    return tuple(one for one in every() if holder in unit(one).above)


@cache
def answered_for(holder: str) -> frozenset[str]:
    """Return the units that the people of `holder`, a unit or what is above units, answer for."""
    return frozenset(one for one in every() if holder in answering(one))


def called(holder: str) -> str:
    """Return the name of a unit or of what is above units. Raises UnknownUnit."""
    from vietnam_provinces import Province, legacy  # noqa: PLC0415  (late, see _in_2004)

    if holder == COUNTRY:
        return "Việt Nam"
    register, _, code = holder.partition("-")
    finds: Mapping[tuple[str, int], Callable[[Any], Any]] = {
        ("2004", 3): legacy.District.from_code,
        ("2004", 2): legacy.Province.from_code,
        ("2025", 2): Province.from_code,
    }
    find = finds.get((register, len(code)))
    if find is None or not code.isdecimal():
        return unit(holder).name
    try:
        found: str = find(int(code)).name
    except ValueError:
        raise UnknownUnit(f"the list of {register} has no {code}") from None
    return found


def every() -> Iterator[str]:
    """Yield the identities of all units of both lists, those of 2004 first."""
    from vietnam_provinces import WardCode as NewCode  # noqa: PLC0415  (late, see _in_2004)
    from vietnam_provinces.legacy import WardCode as OldCode  # noqa: PLC0415

    yield from (f"2004-{code.value:05d}" for code in OldCode)
    yield from (f"2025-{code.value:05d}" for code in NewCode)


def _days_of(found: Unit) -> str:
    called = f"{found.id}, {found.name} ({found.parent}),"
    if found.valid_to is None:
        return f"{called} is in force from {found.valid_from} on"
    heirs = ", ".join(f"{heir.id}, {heir.name}" for heir in successors(found))
    return f"{called} was in force until {found.valid_to}; succeeded by {heirs or 'no known unit'}"


@cache
def _unit(register: str, code: str) -> Unit:
    valid_from, valid_to, find = _REGISTERS[register]
    try:
        name, kind, parent, above = find(int(code))
    except ValueError:
        message = f"the list of {register} has no unit {code}"
        raise UnknownUnit(message) from None
    return Unit(
        id=f"{register}-{code}",
        code=code,
        name=name,
        kind=Kind(kind),
        parent=parent,
        above=above,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _in_2004(code: int) -> _Entry:
    # Imported on first use: the two lists of 13,372 units take 0.4 s to load, 1.3 s where bytecode
    # is not kept, and a process that looks no unit up need not pay for them.
    from vietnam_provinces.legacy import District, Ward, WardCode  # noqa: PLC0415

    ward = Ward.from_code(WardCode(code))
    district = District.from_code(ward.district_code)
    above = (f"2004-{district.code.value:03d}", f"2004-{district.province_code.value:02d}", COUNTRY)
    return ward.name, ward.division_type, district.name, above


def _in_2025(code: int) -> _Entry:
    from vietnam_provinces import Province, Ward, WardCode  # noqa: PLC0415  (as above)

    ward = Ward.from_code(WardCode(code))
    province = Province.from_code(ward.province_code)
    return (
        ward.name,
        ward.division_type,
        province.name,
        (f"2025-{province.code.value:02d}", COUNTRY),
    )


_REGISTERS: Mapping[str, tuple[date | None, date | None, Callable[[int], _Entry]]] = {
    "2004": (None, REFORM - timedelta(days=1), _in_2004),
    "2025": (REFORM, None, _in_2025),
}
