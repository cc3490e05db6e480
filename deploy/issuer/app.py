"""The development issuer over HTTP: whoever comes says who they are, and is believed.

It gives out what a real issuer does, so that services need not know the difference: codes for the
console (with PKCE), tokens for software by who bears its secret.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field, SecretStr

from deploy.issuer.signer import SECONDS, Signer
from shared import units
from shared.messages_of_access import ROLES
from shared.people import People
from shared.service import install_health
from shared.settings import ToldSettings

_CODE_SECONDS = 60
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
)


class IssuerSettings(ToldSettings):
    """Settings of the development issuer."""

    issuer: str = Field(description="Where it is found, as services and browsers call it")
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    people: Path = Field(description="TOML file of the people, who are all that may come")
    console: str = Field(
        default="http://127.0.0.1:8105", description="Where browsers find the console"
    )
    client_id: str = "wardbook-console"
    client_secret: SecretStr
    software_secret: SecretStr = Field(description="With it software gets a token of anybody")


@dataclass(frozen=True, slots=True)
class _Given:
    """What a code was given out for."""

    subject: str
    nonce: str
    challenge: str
    until: float


class Issuer:
    """Gives out codes and tokens."""

    def __init__(self, settings: IssuerSettings) -> None:
        """Make a key. Raises UnusableFile for people that cannot be read."""
        People.read(settings.people)
        self._settings = settings
        self._signer = Signer(settings.issuer)
        self._back = f"{settings.console}/login/return"
        self._codes: dict[str, _Given] = {}

    async def about(self) -> Mapping[str, Any]:
        """Tell where everything is (OpenID Connect Discovery)."""
        own = self._settings.issuer
        return {
            "issuer": own,
            "authorization_endpoint": f"{own}/authorize",
            "token_endpoint": f"{own}/token",
            "jwks_uri": f"{own}/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    async def keys(self) -> Mapping[str, Any]:
        """Tell the key set."""
        return self._signer.keys

    async def ask(self, request: Request) -> HTMLResponse:
        """Ask who it is."""
        asked = self._for_console(request.query_params)
        people = People.read(self._settings.people).by_subject.values()
        everybody = [
            (one, units.called(one.unit), [ROLES[role] for role in sorted(one.roles)])
            for one in people
        ]
        return HTMLResponse(_PAGES.get_template("who.html").render(people=everybody, asked=asked))

    async def answer(self, request: Request) -> RedirectResponse:
        """Believe it, and send them back to the console with a code."""
        said = await _form(request)
        asked = self._for_console(said)
        now = time.monotonic()
        self._codes = {code: one for code, one in self._codes.items() if one.until > now}
        code = secrets.token_urlsafe(24)
        challenge, until = asked["code_challenge"], now + _CODE_SECONDS
        self._codes[code] = _Given(said.get("subject", ""), asked["nonce"], challenge, until)
        told = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{self._back}?{told}", HTTPStatus.SEE_OTHER)

    async def token(self, request: Request) -> Mapping[str, Any]:
        """Give out tokens: for a code to the console, for its secret to software."""
        said = await _form(request)
        client, secret = _client(request, said)
        if said.get("grant_type") == "client_credentials":
            if not _same(secret, self._settings.software_secret):
                raise HTTPException(HTTPStatus.UNAUTHORIZED, "invalid_client")
            return _told(self._signer.token(client))
        is_console = client == self._settings.client_id
        if not is_console or not _same(secret, self._settings.client_secret):
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "invalid_client")
        given = self._codes.pop(said.get("code", ""), None)
        if given is None or given.until < time.monotonic() or not _proves(said, given):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "invalid_grant")
        own = self._signer.token(given.subject, client, nonce=given.nonce)
        return {**_told(self._signer.token(given.subject)), "id_token": own}

    def _for_console(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Return what the console asks for; nobody else is answered."""
        wanted = {
            "client_id": self._settings.client_id,
            "redirect_uri": self._back,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        if any(asked.get(name) != value for name, value in wanted.items()):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "invalid_request")
        named = (*wanted, "state", "nonce", "code_challenge", "scope")
        return {name: asked.get(name, "") for name in named}


def build(settings: IssuerSettings) -> FastAPI:
    """Return the application. Raises UnusableFile for people that cannot be read."""
    app = FastAPI(title="Wardbook: nơi cấp mã truy cập thử", docs_url=None, redoc_url=None)
    issuer = Issuer(settings)

    async def well() -> str | None:
        return None

    install_health(app, well, well)
    app.add_api_route("/.well-known/openid-configuration", issuer.about)
    app.add_api_route("/keys", issuer.keys)
    app.add_api_route("/authorize", issuer.ask)
    app.add_api_route("/authorize", issuer.answer, methods=["POST"])
    app.add_api_route("/token", issuer.token, methods=["POST"])
    return app


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))


def _client(request: Request, said: Mapping[str, str]) -> tuple[str, str]:
    """Return the client's name and secret, from its header or its form."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        name, _, secret = base64.b64decode(told).decode().partition(":")
        return name, secret
    return said.get("client_id", ""), said.get("client_secret", "")


def _same(told: str, secret: SecretStr) -> bool:
    return hmac.compare_digest(told.encode(), secret.get_secret_value().encode())


def _proves(said: Mapping[str, str], given: _Given) -> bool:
    """Say whether who brings a code is who asked for it (RFC 7636)."""
    digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == given.challenge


def _told(token: str) -> dict[str, Any]:
    return {"access_token": token, "token_type": "Bearer", "expires_in": SECONDS}
