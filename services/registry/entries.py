"""What an entry in a register says, by its kind (Luật Hộ tịch 60/2014/QH13, Điều 14, 17). Pure.

Personal data: they stay in the registry's own tables.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, WrapValidator
from pydantic_core import PydanticCustomError

from shared.frozen import Closed

Words = Annotated[str, Field(min_length=1, max_length=300)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


def _person_number(value: object, read: Callable[[object], str]) -> str:
    try:
        return read(value)
    except ValueError:
        raise PydanticCustomError("no_person_number", "12 digits, such as 030195001234") from None


PersonNumber = Annotated[
    str,
    Field(pattern=r"^[0-9]{12}$", examples=["030195001234"]),
    WrapValidator(_person_number),
]
"""A personal identification number (số định danh cá nhân)."""

Sex = Literal["male", "female"]


class Person(Closed):
    """Somebody whom an entry names. Without a number no other entry is known to be theirs."""

    name: Name
    number: PersonNumber | None = None
    born_on: date | None = None


class Child(Closed):
    """Whose birth is registered."""

    name: Name
    number: PersonNumber | None = None
    born_on: date
    sex: Sex
    hometown: Words | None = None
    ethnic_group: Words | None = None
    nationality: Words | None = None


class Spouse(Closed):
    """One of both who marry."""

    name: Name
    number: PersonNumber | None = None
    born_on: date


class BirthEntry(Closed):
    """An entry in the register of births (sổ đăng ký khai sinh).

    A parent who is not known is said to be so: leaving the parent out says nothing.
    `born_elsewhere` is a birth outside the unit that registers it.
    """

    kind: Literal["birth"]
    child: Child
    birthplace: Words
    born_elsewhere: bool = False
    father: Person | None = None
    father_unknown: bool = False
    mother: Person | None = None
    mother_unknown: bool = False


class DeathEntry(Closed):
    """An entry in the register of deaths (sổ đăng ký khai tử)."""

    kind: Literal["death"]
    deceased: Person
    died_on: date
    deathplace: Words | None = None
    cause: Words | None = None


class MarriageEntry(Closed):
    """An entry in the register of marriages (sổ đăng ký kết hôn).

    `married_on` is the day of the marriage that is registered again; any other marriage holds from
    the day of its registration.
    """

    kind: Literal["marriage"]
    husband: Spouse
    wife: Spouse
    married_on: date | None = None


class MaritalStatusEntry(Closed):
    """An entry in the register of marital status certificates."""

    kind: Literal["marital_status"]
    person: Person
    status: Literal["single", "married", "divorced", "widowed"]
    purpose: Words | None = None


type Entry = BirthEntry | DeathEntry | MarriageEntry | MaritalStatusEntry


def _kind(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


EntryField = Annotated[
    Annotated[BirthEntry, Tag("birth")]
    | Annotated[DeathEntry, Tag("death")]
    | Annotated[MarriageEntry, Tag("marriage")]
    | Annotated[MaritalStatusEntry, Tag("marital_status")],
    Discriminator(
        _kind,
        custom_error_type="literal_error",
        custom_error_context={"expected": "birth, death, marriage, marital_status"},
    ),
]
"""An entry of any kind, as its `kind` says."""

KINDS: Mapping[str, str] = {
    "registry.birth.registered": "birth",
    "registry.death.registered": "death",
    "registry.marriage.registered": "marriage",
    "registry.marital_status.confirmed": "marital_status",
}
"""The kind of entry that an act makes, by the type of its event."""

_PRINCIPALS: Mapping[str, tuple[str, ...]] = {
    "birth": ("child",),
    "death": ("deceased",),
    "marriage": ("husband", "wife"),
    "marital_status": ("person",),
}
_OTHERS = ("father", "mother")


def principals(entry: Entry) -> Mapping[str, Person | Child | Spouse]:
    """Return whose status the entry is about, by their roles in it."""
    return {role: getattr(entry, role) for role in _PRINCIPALS[entry.kind]}


def people(entry: Entry) -> Mapping[str, Person | Child | Spouse]:
    """Return everybody whom the entry names, by their roles in it."""
    others = {role: getattr(entry, role, None) for role in _OTHERS}
    named = {role: person for role, person in others.items() if person is not None}
    return {**principals(entry), **named}


def numbers(entry: Entry) -> frozenset[str]:
    """Return the known numbers of those whose status the entry is about."""
    known = (person.number for person in principals(entry).values())
    return frozenset(number for number in known if number is not None)


def stated_day(entry: Entry) -> date | None:
    """Return the day of the birth, death or marriage that an entry states."""
    match entry:
        case BirthEntry():
            return entry.child.born_on
        case DeathEntry():
            return entry.died_on
        case MarriageEntry():
            return entry.married_on
        case MaritalStatusEntry():
            return None


def happened_on(entry: Entry, registered_on: date) -> date:
    """Return the day that an entry states, or else that on which it was made."""
    return stated_day(entry) or registered_on


def changed(before: Entry, after: Entry) -> Mapping[str, tuple[Any, Any]]:
    """Return the fields in which two versions of an entry differ, with the old and the new value.

    A field of a person is named by the person's role, as in `child.name`.
    """
    old, new = _flat(before), _flat(after)
    names = sorted(old.keys() | new.keys())
    return {
        name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    }


def _flat(entry: Entry) -> Mapping[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in entry.model_dump(mode="json", exclude_none=True).items():
        inner = value if isinstance(value, dict) else {}
        flat |= {f"{name}.{part}": told for part, told in inner.items()} or {name: value}
    return flat
