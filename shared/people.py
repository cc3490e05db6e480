"""The people of an office: their roles, units and departments, and how they may sign.

Who somebody is, their token says, by its subject (shared.tokens); what they may do, this file says.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from shared import units
from shared.frozen import Closed
from shared.printable import on_one_line
from shared.refusal import Refused


class Role(StrEnum):
    """What a person may do; somebody may have several roles. Each holds for the person's unit.

    In the departments an officer (cán bộ) gives commands about cases and reads them, without
    personal data; of these each reading by who may read them is kept for auditors. Of documents the
    roles are those of Nghị định 30/2020/NĐ-CP; a clerk (văn thư) numbers and issues them. A reader
    sees reports and their evidence, an operator how far the work is; a migrator may state the day
    on which something was recorded, of what the other roles allow.
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
    READER = "reader"
    OPERATOR = "operator"


OF_DEPARTMENTS = frozenset({Role.OFFICER, Role.PERSONAL_DATA_READER, Role.AUDITOR})
"""Roles that hold in the departments that the person is of."""

DEPARTMENTS = ("registry", "permits", "petitions", "returns")


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

    `subject` is how the issuer of tokens calls them. What they may do holds for their unit, for all
    below it where it is a city, a province or the country, and for the units that went into those.
    A signer signs for the collective body, as its head, unless the capacity is another one; who
    signs for the head says the own `position`. Software may need more `requests_a_minute`.
    """

    subject: Annotated[str, Field(min_length=1, max_length=255)]
    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(on_one_line)]
    roles: frozenset[Role]
    unit: str
    departments: frozenset[str] = frozenset()
    capacity: Capacity = Capacity.COLLECTIVE
    position: Annotated[str, Field(max_length=100), AfterValidator(on_one_line)] = ""
    requests_a_minute: Annotated[int, Field(ge=1)] = 600

    def answers_for(self, unit_id: str) -> bool:
        """Return whether a unit is theirs, below theirs, or went into such a one."""
        return self.unit in units.answering(unit_id)


class _Entry(Person):
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

    @model_validator(mode="after")
    def _is_of_a_department(self) -> Self:
        if unknown := self.departments - set(DEPARTMENTS):
            raise ValueError(f"departments are {', '.join(DEPARTMENTS)}, not {min(unknown)}")
        if self.roles & {Role.OFFICER, Role.PERSONAL_DATA_READER} and not self.departments:
            raise ValueError("an officer or reader of personal data needs departments")
        return self

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, value: str) -> str:
        try:
            units.called(value)
        except units.UnknownUnit as error:
            raise ValueError(str(error)) from error
        return value


class _File(Closed):
    person: tuple[_Entry, ...]

    @field_validator("person")
    @classmethod
    def _each_once(cls, value: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
        if len({(each.unit, each.name) for each in value}) < len(value):
            raise ValueError("two persons of a unit have one name")
        if len({each.subject for each in value}) < len(value):
            raise ValueError("two persons have one subject")
        return value


class UnusableFile(Exception):
    """The file of people cannot be used; the message names it and what is wrong."""


class People:
    """Finds people by how the issuer of tokens calls them."""

    def __init__(self, by_subject: Mapping[str, Person]) -> None:
        """Know these."""
        self.by_subject = by_subject

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read `[[person]]` tables, whose keys are the fields of Person.

        Raises UnusableFile.
        """
        try:
            entries = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).person
        except (OSError, ValueError) as error:
            raise UnusableFile(f"{file}: {_told(error)}") from None
        return cls({each.subject: Person(**each.model_dump()) for each in entries})

    def of(self, subject: str) -> Person:
        """Return who is called so; refuses a stranger."""
        found = self.by_subject.get(subject)
        if found is None:
            raise Refused("unknown_person", "Authorization", status=403)
        return found


def _told(error: OSError | ValueError) -> str:
    """Return what is wrong."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
