"""People who issue documents in tests: one for each role, each of another name."""

from shared.people import Person, Role
from tests.support.builders import UNIT

ROLES = tuple(role for role in Role if role is not Role.MIGRATOR)


def a_person(*roles: Role, name: str | None = None, unit: str = UNIT) -> Person:
    """Return somebody with these roles, named after them unless told otherwise."""
    return Person(name=name or " ".join(roles), roles=frozenset(roles), unit=unit)


def token_of(role: Role) -> str:
    """Return the token of the person with this role in the file of `people_file`."""
    return f"token-of-the-{role}"


def people_file(unit: str, *more: Role) -> str:
    """Return a file with one person for each role, named after it; each has `more` roles too."""
    entries = (
        f'[[person]]\nname = "{role}"\nunit = "{unit}"\ntoken = "{token_of(role)}"\n'
        f"roles = {[str(one) for one in (role, *more)]}\n"
        for role in ROLES
    )
    return "\n".join(entries)
