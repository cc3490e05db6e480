"""The gate before a service: nothing gets in that access.toml does not let in, by whoever it names.

Who asks is told by a token (shared.tokens) or, at the console, by the session of somebody who has
signed in. Every answer leaves with the headers that keep a browser from being used against it.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.access import Access, Rule
from shared.audit.refusals import Refusals
from shared.clock import Clock
from shared.counted import Counted
from shared.doorkeeper import Doorkeeper
from shared.metrics import REQUESTS_REFUSED
from shared.people import Person
from shared.problems import problem
from shared.refusal import Refused
from shared.settings import Settings

_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            b" font-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self';"
            b" frame-ancestors 'none'; base-uri 'none'"
        ),
    ),
)
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
_QUESTIONS = frozenset({"GET", "HEAD"})
_NOT_ALLOWED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_MOST_OF_STRANGERS = 120
"""Refusals of one address in a minute; who guesses tokens does not get further."""


class Gate:
    """Stands before an application: answers who may not get in, and lets others through.

    Routes ask shared.access who it is. `console` is the address of the pages where people sign in,
    None where there are none: who asks for a page without having signed in is sent to do so.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        doorkeeper: Doorkeeper,
        clock: Clock,
        console: str | None = None,
    ) -> None:
        """Stand before `app`."""
        self._app = app
        self._access = access
        self._doorkeeper = doorkeeper
        self._counted = Counted(clock)
        self._console = console
        secure = console is not None and console.startswith("https:")
        self._headers = [*_HEADERS, _STRICT_TRANSPORT] if secure else [*_HEADERS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that may not get in, or let the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def armed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._more(message["headers"])]
                if message["status"] in _NOT_ALLOWED:
                    await _note(scope)
            await send(message)

        try:
            rule = await self._admit(scope)
        except Refused as refusal:
            await self._refusal(Request(scope), refusal)(scope, receive, armed)
            return
        await self._app(scope, _bounded(receive, rule.bytes), armed)

    async def _admit(self, scope: Scope) -> Rule:
        scope["service"] = self._access.service
        rule = self._access.find(scope["method"], scope["path"])
        headers = dict(scope["headers"])
        is_command = scope["method"] not in _QUESTIONS
        if is_command and b"authorization" not in headers and _is_from_elsewhere(headers):
            raise Refused("cross_site", status=403)
        if not rule.is_open:
            scope["person"] = await self._known(scope, headers)
            rule.admit(scope["person"], self._access.service)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > rule.bytes:
            raise Refused("body_too_large", status=413, most=rule.bytes)
        return rule

    async def _known(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Person:
        token, session = headers.get(b"authorization"), scope.get("session", {})
        said = None if token is None else token.decode("latin-1")
        address = scope["client"][0] if scope.get("client") else ""
        try:
            person = await self._doorkeeper.person(said, session)
        except Refused as refusal:
            if refusal.status in _NOT_ALLOWED and refusal.rule != "token_missing":
                self._counted.more(f"address {address}", _MOST_OF_STRANGERS)
            raise
        self._counted.more(f"person {person.subject}", person.requests_a_minute)
        return person

    def _refusal(self, request: Request, refusal: Refused) -> Response:
        REQUESTS_REFUSED.labels(refusal.rule).inc()
        wants_page = "text/html" in request.headers.get("accept", "")
        is_stranger = refusal.status == HTTPStatus.UNAUTHORIZED
        if is_stranger and wants_page and self._console and request.method in _QUESTIONS:
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(path, safe='')}", HTTPStatus.SEE_OTHER)
        more = {}
        if refusal.status == HTTPStatus.METHOD_NOT_ALLOWED:
            more["allow"] = ", ".join(self._access.methods(request.url.path))
        if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
            more["retry-after"] = str(refusal.values["seconds"])
        return problem(request, refusal.status, refusal.errors, more)

    def _more(self, said: Sequence[tuple[bytes, bytes]]) -> Sequence[tuple[bytes, bytes]]:
        """Return the headers that an answer gets: what is asked by role is kept by no cache."""
        names = {name for name, _ in said}
        kept = [] if b"cache-control" in names else [(b"cache-control", b"private, no-cache")]
        return [*self._headers, *kept]


async def _note(scope: Scope) -> None:
    """Tell the audit trail, where the service has one by now, who was refused what."""
    refusals: Refusals | None = getattr(scope["app"].state, "refusals", None)
    person: Person | None = scope.get("person")
    if refusals is not None:
        name = None if person is None else person.name
        unit = None if person is None else person.unit
        await refusals.note(f"refused {scope['method']}", name, scope["path"], unit)


def install_gate(
    app: FastAPI, service: str, settings: Settings, clock: Clock, console: str | None = None
) -> None:
    """Put the gate before a service, and say in the description of its interface what it asks.

    Raises UnusableFile for people that cannot be read.
    """
    doorkeeper = Doorkeeper.of(settings, clock)
    access = Access.of(service)
    app.add_middleware(Gate, access=access, doorkeeper=doorkeeper, clock=clock, console=console)
    _describe(app, access)


def _describe(app: FastAPI, access: Access) -> None:
    plain = app.openapi

    def described() -> dict[str, object]:
        document = plain()
        parts = document.setdefault("components", {})
        scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        parts["securitySchemes"] = {"token": scheme}
        for address, operations in document["paths"].items():
            for method, operation in operations.items():
                rule = access.rules.get((method.upper(), address))
                if rule is None or rule.is_open:
                    operation["security"] = []
                else:
                    operation["security"] = [{"token": []}]
                    operation["x-roles"] = sorted(rule.roles)
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's way to extend the document


def _is_from_elsewhere(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a page of another site made a browser send this.

    Browsers say so themselves (Sec-Fetch-Site), older ones by Origin; a request with neither does
    not come from a browser's page.
    """
    if (site := headers.get(b"sec-fetch-site")) is not None:
        return site not in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin).netloc != headers.get(b"host")


def _bounded(receive: Receive, most: int) -> Receive:
    """Return what hands a body on as long as it has no more than `most` bytes, told or not."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(HTTPStatus.CONTENT_TOO_LARGE, str(most))
        return message

    return bounded
