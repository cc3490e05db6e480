"""The people of an office: their tokens, roles and units, and how they may sign. Pure."""

import hashlib
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from shared import units
from shared.frozen import Closed
from shared.printable import on_one_line
from shared.refusal import Refused


class Role(StrEnum):
    """What a person may do: to a document, and in the departments. Somebody may have several roles.

    An officer gives commands about cases and reads them, without personal data; of these each
    reading by who may read them is kept for auditors.
    """

    DRAFTER = "drafter"
    APPROVER = "approver"
    CONTROLLER = "controller"
    FORM_CHECKER = "form_checker"
    SIGNER = "signer"
    CLERK = "clerk"
    MIGRATOR = "migrator"
    OFFICER = "officer"
    PERSONAL_DATA_READER = "personal_data_reader"
    AUDITOR = "auditor"


class Capacity(StrEnum):
    """In what right somebody signs, as it is printed (Nghị định 30/2020/NĐ-CP, Phụ lục I, II.7b).

    In the name of the collective body, as its acting head, in the place of the head, by order of
    the head, or authorised by the head.
    """

    COLLECTIVE = "TM"
    ACTING = "Q"
    DEPUTY = "KT"
    BY_ORDER = "TL"
    AUTHORISED = "TUQ"


_AS_THE_HEAD = frozenset({Capacity.COLLECTIVE, Capacity.ACTING})


class Person(Closed):
    """Somebody who works for one unit, by its identity (shared.units); the name is printed.

    A signer signs for the collective body, as its head, unless the capacity is another one; who
    signs for the head says the own `position`.
    """

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(on_one_line)]
    roles: frozenset[Role]
    unit: str
    capacity: Capacity = Capacity.COLLECTIVE
    position: Annotated[str, Field(max_length=100), AfterValidator(on_one_line)] = ""


class _Entry(Person):
    token: Annotated[SecretStr, Field(min_length=16)]

    @model_validator(mode="after")
    def _can_be_printed(self) -> Self:
        """Hold what is printed under a document against Phụ lục I, mục II.7."""
        as_the_head = self.capacity in _AS_THE_HEAD
        if Role.SIGNER not in self.roles:
            if self.position or not as_the_head:
                raise ValueError("capacity and position are of a signer")
            return self
        if "." in self.name:
            raise ValueError("a signer's name is printed in full, without academic or other titles")
        if as_the_head and self.position:
            raise ValueError(f"who signs {self.capacity}. has the position of the head, no other")
        if not as_the_head and not self.position:
            raise ValueError(f"who signs {self.capacity}. needs a position of their own")
        if self.capacity is Capacity.DEPUTY and not self.position.casefold().startswith("phó "):
            raise ValueError("who signs KT. is a deputy: the position begins with Phó")
        return self

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, value: str) -> str:
        try:
            return units.unit(value).id
        except units.UnknownUnit as error:
            raise ValueError(str(error)) from error


class _File(Closed):
    person: tuple[_Entry, ...]

    @field_validator("person")
    @classmethod
    def _each_once(cls, value: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
        if len({(each.unit, each.name) for each in value}) < len(value):
            raise ValueError("two persons of a unit have one name")
        if len({each.token.get_secret_value() for each in value}) < len(value):
            raise ValueError("two persons have one token")
        return value


class UnusableFile(Exception):
    """The file of people cannot be used; the message names it and what is wrong, and no token."""


class People:
    """Finds people by their tokens, of which only hashes are kept."""

    def __init__(self, by_hash: Mapping[bytes, Person] | None) -> None:
        self._by_hash = by_hash

    @classmethod
    def read(cls, file: Path | None) -> Self:
        """Read `[[person]]` tables: name, roles, unit, token; of signers capacity and position.

        Without a file there is nobody.

        Raises UnusableFile.
        """
        if file is None:
            return cls(None)
        try:
            entries = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).person
        except (OSError, ValueError) as error:
            raise UnusableFile(f"{file}: {_told(error)}") from None
        return cls(
            {
                _hash(each.token.get_secret_value()): Person(**each.model_dump(exclude={"token"}))
                for each in entries
            }
        )

    def holder(self, authorization: str | None) -> Person:
        """Return who sends this Authorization header; refuses a stranger."""
        if self._by_hash is None:
            raise Refused("no_people", status=403)
        scheme, _, token = (authorization or "").partition(" ")
        found = self._by_hash.get(_hash(token.strip())) if scheme.lower() == "bearer" else None
        if found is None:
            raise Refused("unknown_person", "Authorization", status=401)
        return found


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _told(error: OSError | ValueError) -> str:
    """Return what is wrong, without the values, one of which may be a token."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
