"""The console's door for people with a browser: OpenID Connect's code flow, and a session after it.

The session is a signed cookie that says who signed in, and nothing of what they may do.
"""

from http import HTTPStatus
from typing import Any

from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from httpx import HTTPError
from joserfc.errors import JoseError
from starlette.middleware.sessions import SessionMiddleware

from services.reporting.report.html import template
from services.reporting.settings import ReportingSettings
from shared import units
from shared.access import asking
from shared.doorkeeper import SUBJECT
from shared.refusal import Refused
from shared.tokens import about

_HOME = "/"
_NEXT = "next"
_LONGEST = 1000


def install_console(app: FastAPI, settings: ReportingSettings) -> None:
    """Add the pages under which people sign in and out, and the one that they come to.

    The cookie is for this host alone, is not seen by scripts, and goes over TLS alone where the
    console's address does. Without a console nobody signs in.
    """
    console = settings.console
    if console is None:
        return
    assert settings.session_secret is not None
    assert settings.client_secret is not None
    assert settings.issuer is not None
    is_secure = console.startswith("https:")
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.session_secret.get_secret_value(),
        session_cookie="__Host-wardbook" if is_secure else "wardbook",
        max_age=settings.session_seconds,
        same_site="lax",
        https_only=is_secure,
    )
    issuer: Any = OAuth().register(
        "issuer",
        server_metadata_url=about(settings.issuer),
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )

    @app.get("/login", tags=["console"], summary="Sign in", response_class=Response)
    async def sign_in(request: Request) -> Response:
        request.session[_NEXT] = _own(request.query_params.get(_NEXT, _HOME))
        try:
            sent: Response = await issuer.authorize_redirect(request, f"{console}/login/return")
        except (OAuthError, HTTPError, ValueError):
            raise Refused("issuer_away", status=503) from None
        return sent

    @app.get("/login/return", tags=["console"], summary="Come back from the issuer of tokens")
    async def signed_in(request: Request) -> Response:
        try:
            told = await issuer.authorize_access_token(request)
            subject = told["userinfo"]["sub"]
        except (OAuthError, JoseError, HTTPError, KeyError, ValueError):
            raise Refused("sign_in_failed", status=401) from None
        following = request.session.get(_NEXT, _HOME)
        request.session.clear()
        request.session[SUBJECT] = subject
        return RedirectResponse(following, HTTPStatus.SEE_OTHER)

    @app.post("/logout", tags=["console"], summary="Sign out", response_class=HTMLResponse)
    async def sign_out(request: Request) -> HTMLResponse:
        request.session.clear()
        return HTMLResponse(template("signed_out.html").render())

    @app.get("/", tags=["console"], summary="Ask for a report", response_class=HTMLResponse)
    async def home(request: Request) -> HTMLResponse:
        person = asking(request)
        page = template("home.html").render(person=person, unit=units.called(person.unit))
        return HTMLResponse(page)


def _own(address: str) -> str:
    """Return an address of ours as it is, instead of any other the first page."""
    is_own = address.startswith("/") and address[1:2] not in {"/", "\\"}
    is_short = len(address) <= _LONGEST  # it travels in the cookie
    return address if is_own and is_short and address.isprintable() else _HOME
