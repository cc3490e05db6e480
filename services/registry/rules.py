"""What makes an entry impossible, by itself and beside the other entries in force. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.registry.entries import (
    BirthEntry,
    DeathEntry,
    Entry,
    MaritalStatusEntry,
    MarriageEntry,
    happened_on,
    principals,
)
from shared.refusal import Refused, RefusedAll

_MARRIAGE_AGES = {"husband": 20, "wife": 18}
"""Luật Hôn nhân và gia đình 52/2014/QH13, Điều 8 khoản 1 điểm a."""

_MARRIAGE_AGES_FROM = date(2015, 1, 1)
"""That law's first day: an older marriage is not measured by it."""

_LATE_AFTER = {"registry.birth": 60, "registry.death": 15}
"""Days within which it is to be registered: Luật Hộ tịch 60/2014/QH13, Điều 15 and Điều 33."""

FOR_EVER = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the other entries in force say of a person; None where there is no such entry.

    Each of `marriages` held from a day up to another, which is FOR_EVER while it holds.
    """

    born_on: date | None = None
    died_on: date | None = None
    marriages: tuple[tuple[date, date], ...] = ()


UNKNOWN = Life()


def check(
    entry: Entry,
    lives: Mapping[str, Life],
    registered_on: date,
    ended_on: date | None = None,
) -> None:
    """Refuse an entry that cannot be, for every reason there is.

    `lives` are those of its people, by number, as all other entries tell them. `ended_on` is the
    day that was noted in the entry of a marriage that holds no longer.
    """
    told = {
        role: lives.get(person.number or "", UNKNOWN) for role, person in principals(entry).items()
    }
    deaths = [life.died_on for life in told.values() if life.died_on is not None]
    until = min(ended_on or FOR_EVER, *deaths, FOR_EVER)
    refusals = [*_alone(entry, registered_on), *_beside(entry, told, registered_on, until)]
    if refusals:
        raise RefusedAll(refusals)


def is_late(procedure: str, day: date, received_on: date) -> bool:
    """Return whether a birth or death was reported late; of other procedures nothing is."""
    limit = _LATE_AFTER.get(procedure)
    return limit is not None and (received_on - day).days > limit


def _alone(entry: Entry, registered_on: date) -> Iterator[Refused]:
    """Yield what is wrong with an entry, whatever other entries say."""
    for role, person in principals(entry).items():
        if person.born_on is not None and person.born_on > registered_on:
            yield Refused("after_closing", f"entry.{role}.born_on", closed_on=registered_on)
    match entry:
        case BirthEntry():
            yield from _parents(entry)
        case DeathEntry():
            if entry.died_on > registered_on:
                yield Refused("after_closing", "entry.died_on", closed_on=registered_on)
            if entry.deceased.born_on is not None and entry.died_on < entry.deceased.born_on:
                yield Refused("death_before_birth", "entry.died_on")
        case MarriageEntry():
            yield from _marriage(entry, registered_on)


def _parents(entry: BirthEntry) -> Iterator[Refused]:
    for role in ("father", "mother"):
        parent, unknown = getattr(entry, role), getattr(entry, f"{role}_unknown")
        if parent is None and not unknown:
            yield Refused("parent_not_told", f"entry.{role}")
        if parent is not None and unknown:
            yield Refused("parent_known", f"entry.{role}_unknown")
        born_on = parent.born_on if parent is not None else None
        if born_on is not None and born_on >= entry.child.born_on:
            yield Refused("parent_not_older", f"entry.{role}.born_on")


def _marriage(entry: MarriageEntry, registered_on: date) -> Iterator[Refused]:
    married_on = happened_on(entry, registered_on)
    if married_on > registered_on:
        yield Refused("after_closing", "entry.married_on", closed_on=registered_on)
    if entry.husband.number is not None and entry.husband.number == entry.wife.number:
        yield Refused("married_to_oneself", "entry.wife.number")
    if married_on < _MARRIAGE_AGES_FROM:
        return
    for role, age in _MARRIAGE_AGES.items():
        if age_on(principals(entry)[role].born_on or date.min, married_on) < age:
            yield Refused("under_age", f"entry.{role}.born_on", age=age)


def _beside(
    entry: Entry, lives: Mapping[str, Life], registered_on: date, until: date
) -> Iterator[Refused]:
    """Yield what other entries make impossible; a marriage holds up to the day `until`."""
    day = happened_on(entry, registered_on)
    for role, person in principals(entry).items():
        life, number = lives[role], f"entry.{role}.number"
        match entry:
            case BirthEntry():
                yield from _birth(life, day, number)
                continue
            case DeathEntry():
                yield from _death(life, day, number)
            case MarriageEntry():
                if life.died_on is not None and life.died_on <= day:
                    yield Refused("marriage_of_dead", number)
                if any(since < until and day < end for since, end in life.marriages):
                    yield Refused("married_already", number)
            case MaritalStatusEntry() if entry.status != "married":
                if any(since <= day < end for since, end in life.marriages):
                    yield Refused("married_already", number)
        if None not in (life.born_on, person.born_on) and life.born_on != person.born_on:
            yield Refused("birth_differs", f"entry.{role}.born_on")


def _birth(life: Life, born_on: date, number: str) -> Iterator[Refused]:
    if life.born_on is not None:
        yield Refused("born_already", number)
    if life.died_on is not None and life.died_on < born_on:
        yield Refused("death_before_birth", "entry.child.born_on")


def _death(life: Life, died_on: date, number: str) -> Iterator[Refused]:
    if life.died_on is not None:
        yield Refused("dead_already", number)
    if life.born_on is not None and died_on < life.born_on:
        yield Refused("death_before_birth", "entry.died_on")
    if any(died_on < since for since, _ in life.marriages):
        yield Refused("death_before_marriage", "entry.died_on")


def age_on(born_on: date, day: date) -> int:
    """Return how many full years have passed; a birthday that a year lacks is the day after."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
