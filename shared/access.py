"""Who may use which interface: the rules of access.toml, and who is held against them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from starlette.requests import Request

from shared import toml_files
from shared.frozen import Closed
from shared.people import DEPARTMENTS, OF_DEPARTMENTS, Person, Role
from shared.refusal import Refused

_RULES = Path(__file__).with_suffix(".toml")
_LONGEST_BODY = 1_048_576
_QUESTION = "GET"


class Rule(Closed):
    """Some interfaces: of which services, for whom, and how many bytes a body may have there."""

    services: tuple[str, ...]
    roles: frozenset[Role | Literal["anyone"]] = Field(min_length=1)
    addresses: tuple[
        Annotated[str, StringConstraints(pattern=r"^(GET|POST|PUT|DELETE) /\S*$")], ...
    ]
    bytes: int = Field(default=_LONGEST_BODY, gt=0)

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return "anyone" in self.roles

    def admit(self, person: Person, service: str) -> None:
        """Refuse somebody who has none of the roles, or only as one of another department."""
        roles = person.roles & self.roles
        if not roles:
            raise Refused("role_needed", status=403, roles=", ".join(sorted(self.roles)))
        of_department = service in DEPARTMENTS and roles <= OF_DEPARTMENTS
        if of_department and service not in person.departments:
            raise Refused("department_needed", status=403, department=service)


class _File(Closed):
    rule: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """The interfaces of one service by method and address, whose parts in braces may be anything.

    An address written out goes before one with braces.
    """

    service: str
    rules: Mapping[tuple[str, str], Rule]
    _by_length: Mapping[int, Sequence[tuple[Sequence[str], str]]]

    @classmethod
    def of(cls, service: str) -> "Access":
        """Return what access.toml says of a service."""
        rules: dict[tuple[str, str], Rule] = {}
        for rule in _rules():
            for told in rule.addresses if service in rule.services else ():
                method, _, address = told.partition(" ")
                assert (method, address) not in rules, f"{service}: {told} stands twice"
                rules[method, address] = rule
        return cls.by(service, rules)

    @classmethod
    def by(cls, service: str, rules: Mapping[tuple[str, str], Rule]) -> "Access":
        """Return what these rules say of a service."""
        lengths: dict[int, list[tuple[Sequence[str], str]]] = {}
        for address in sorted({address for _, address in rules}, key=lambda one: ("{" in one, one)):
            parts = address.split("/")
            lengths.setdefault(len(parts), []).append((parts, address))
        return cls(service, rules, lengths)

    def find(self, method: str, path: str) -> Rule:
        """Return the rule of a request. Refuses what no rule is of: nothing is open by itself."""
        asked = _QUESTION if method == "HEAD" else method
        address = next(self._addresses(path), None)
        if address is None:
            raise Refused("not_found", status=404)
        if (asked, address) not in self.rules:
            raise Refused("method_not_allowed", status=405)
        return self.rules[asked, address]

    def methods(self, path: str) -> Sequence[str]:
        """Return the methods that an address takes, for the header Allow."""
        found = next(self._addresses(path), None)
        return sorted(method for method, address in self.rules if address == found)

    def _addresses(self, path: str) -> Iterator[str]:
        parts = path.split("/")
        for wanted, address in self._by_length.get(len(parts), ()):
            if all(a == b or (a[:1] == "{" and b) for a, b in zip(wanted, parts, strict=True)):
                yield address


@cache
def _rules() -> tuple[Rule, ...]:
    return toml_files.read(_RULES, _File).content.rule


def asking(request: Request) -> Person:
    """Return who asks, whom the gate has let in (shared.gate)."""
    found: Person = request.scope["person"]
    return found


def holding(request: Request, role: Role) -> Person:
    """Return who asks; refuses somebody who has not this role in the department that is asked."""
    person = asking(request)
    if role not in person.roles:
        raise Refused("role_needed", status=403, roles=role)
    if request.scope["service"] not in person.departments:
        raise Refused("department_needed", status=403, department=request.scope["service"])
    return person


def answering(request: Request, *unit_ids: str | None, field: str = "unit") -> Person:
    """Return who asks; refuses somebody who answers for none of these units."""
    person = asking(request)
    if not any(one is not None and person.answers_for(one) for one in unit_ids):
        raise Refused("other_unit", field, status=403, unit=person.unit)
    return person
