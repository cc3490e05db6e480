"""Who may use a department's interface, where a file of its people is named.

Without one a department takes commands and questions from everybody on its network, as software of
its own needs them; personal data are then read by nobody (shared.readings).
"""

import hmac
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.people import People, Person, Role
from shared.problems import problem
from shared.refusal import Refused

_OPEN = frozenset({"/live", "/ready", "/metrics", "/outbox", "/openapi.json", "/docs"})
"""What machines ask of every service, and what it looks like: no case is in it."""

_QUESTIONS = frozenset({"GET", "HEAD"})
_OF_DEPARTMENTS = frozenset({Role.OFFICER, Role.PERSONAL_DATA_READER, Role.AUDITOR})


def bears(token: str | None, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request bears this token, which is None where nobody has one."""
    said = headers.get(b"authorization", b"")
    return bool(token) and hmac.compare_digest(said, f"Bearer {token}".encode())


def asking(request: Request) -> Person | None:
    """Return who asks, None where nobody need say so."""
    found: Person | None = request.scope.get("person")
    return found


def need(person: Person, *roles: Role) -> None:
    """Refuse somebody who has none of these roles."""
    if not person.roles & set(roles):
        raise Refused("role_needed", status=403, roles=", ".join(roles))


class Staff:
    """Lets only the people of a department in; routes ask `asking` who it is.

    A question is free to whoever has a role in departments, a command needs an officer. A migration
    that states a recording day is let through with its own token, as nobody.
    """

    def __init__(self, app: ASGIApp, people: People, migration_token: str | None) -> None:
        """Stand before `app`."""
        self._app = app
        self._people = people
        self._token = migration_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a stranger, or let the app answer."""
        if scope["type"] == "http" and scope["path"] not in _OPEN:
            try:
                scope["person"] = self._person(scope)
            except Refused as refusal:
                answer = problem(Request(scope), refusal.status, refusal.errors)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _person(self, scope: Scope) -> Person | None:
        headers = dict(scope["headers"])
        if b"recorded-on" in headers and bears(self._token, headers):
            return None
        person = self._people.holder(headers.get(b"authorization", b"").decode("latin-1"))
        roles = _OF_DEPARTMENTS if scope["method"] in _QUESTIONS else {Role.OFFICER}
        need(person, *sorted(roles))
        return person
