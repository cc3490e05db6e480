"""People of tests, and their tokens: one for each role, and who may do everything everywhere."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette

from deploy.issuer.signer import Signer
from shared.access import Access, Rule
from shared.clock import system_clock
from shared.doorkeeper import Doorkeeper, Roll
from shared.gate import Gate
from shared.people import DEPARTMENTS, Person, Role
from shared.settings import Settings
from shared.tokens import Keys, Tokens
from tests.support.builders import UNIT

SIGNER = Signer("urn:wardbook:issuer-of-tests")
ROLES = tuple(role for role in Role if role is not Role.MIGRATOR)
EVERYTHING, MIGRATION = "everything", "migration"
"""The subjects of who has all roles for the whole country; the second one is a migrator, too."""

OF_A_WARD, OF_ANOTHER_WARD = "of a ward", "of another ward"
"""The subjects of who has all roles, a migrator's too, for one ward; the first issues documents."""


_YEARS = 10 * 365 * 86_400
"""Seconds: clocks of services are set forward and back in tests."""


def a_person(*roles: Role, name: str | None = None, unit: str = UNIT) -> Person:
    """Return somebody with these roles, named after them unless told otherwise."""
    called = name or " ".join(roles)[:100]
    everywhere = frozenset(DEPARTMENTS)
    return Person(
        subject=called or "nobody",
        name=called,
        roles=frozenset(roles),
        unit=unit,
        departments=everywhere,
    )


def token_of(subject: str, now: datetime | None = None) -> str:
    """Return a token of somebody, given out now; of `people_file` each is called by their role."""
    given = int((now or system_clock()).timestamp())
    return SIGNER.token(subject, iat=given, exp=given + _YEARS)


def bearing(subject: str, now: datetime | None = None) -> dict[str, str]:
    """Return what a request of somebody bears."""
    return {"authorization": f"Bearer {token_of(subject, now)}"}


def entry(subject: str, unit: str, *roles: Role, **more: object) -> str:
    """Return somebody as a file of people tells them, by their subject also named so."""
    told: Mapping[str, object] = {
        "subject": subject,
        "name": subject,
        "unit": unit,
        "roles": [str(role) for role in roles],
        "departments": list(DEPARTMENTS),
        "requests_a_minute": 1_000_000,
        **more,
    }
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in told.items())
    return "[[person]]\n" + "".join(lines)


def people_file(unit: str, *more: Role) -> str:
    """Return a file with one person for each role, named after it; each has `more` roles too."""
    return "\n".join(entry(role, unit, *{role, *more}) for role in ROLES)


def everybody() -> str:
    """Return a file with those who may do everything everywhere."""
    return "\n".join(
        (entry(EVERYTHING, "vn", *ROLES), entry(MIGRATION, "vn", *ROLES, Role.MIGRATOR))
    )


def variables(folder: Path, people: str) -> dict[str, str]:
    """Return the variables by which a service knows these people; the files are in a folder."""
    keys, file = SIGNER.write_keys(folder / "keys.json"), folder / "people.toml"
    file.write_text(people, encoding="utf-8")
    return {
        "WARDBOOK_ISSUER": SIGNER.issuer,
        "WARDBOOK_KEYS": str(keys),
        "WARDBOOK_PEOPLE": str(file),
    }


def settings(folder: Path, **told: object) -> Settings:
    """Return settings of a service that lets in who may do everything."""
    known = variables(folder, everybody())
    fields = {name.removeprefix("WARDBOOK_").lower(): value for name, value in known.items()}
    return Settings.model_validate({**fields, **told})


def let_in(app: Starlette, folder: Path, people: str, *services: str) -> None:
    """Put the gate of these services, of which the first has the department, before an app."""
    variables(folder, people)
    tokens = Tokens(
        SIGNER.issuer, "wardbook", Keys(SIGNER.issuer, str(folder / "keys.json")), system_clock
    )
    rules: dict[tuple[str, str], Rule] = {}
    for service in services:
        rules |= Access.of(service).rules
    doorkeeper = Doorkeeper(tokens, Roll(folder / "people.toml"))
    access = Access.by(services[0], rules)
    app.add_middleware(Gate, access=access, doorkeeper=doorkeeper, clock=system_clock)
