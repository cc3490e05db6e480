"""Renders the console's pages, in the reader's language."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.reporting.console.view import View, address
from services.reporting.console.words import Language, Words
from services.reporting.report import numbers
from shared import units
from shared.access import asking
from shared.periods import PERIOD_KINDS

_TEMPLATES = Path(__file__).with_name("templates")
_COOKIE = "wardbook-lang"
_A_YEAR = 365 * 86_400
_LANGUAGES: Mapping[str, Language] = {"vi": "vi", "en": "en"}
_MEDIA_TYPES = {"style.css": "text/css; charset=utf-8", "live.js": "text/javascript; charset=utf-8"}


def words_of(request: Request) -> Words:
    """Return the texts in the language that the address says, or that was chosen before."""
    told = request.query_params.get("lang") or request.cookies.get(_COOKIE, "")
    return Words(_LANGUAGES.get(told, "vi"))


def page(request: Request, name: str, view: View, **told: Any) -> Response:
    """Return a page of a template; a language that was asked for is remembered."""
    told |= {
        "view": view,
        "w": words_of(request),
        "person": asking(request),
        "can_sign_out": "session" in request.scope,
        "style": asset_address("style.css"),
        "script": asset_address("live.js"),
    }
    body = environment().get_template(name).render(told)
    return _remembering(request, HTMLResponse(body))


def sent_on(request: Request, to: str) -> Response:
    """Return what sends a browser to the address that says all of what it is to show."""
    return _remembering(request, RedirectResponse(to, 303))


def _remembering(request: Request, response: Response) -> Response:
    if request.query_params.get("lang") in _LANGUAGES:
        response.set_cookie(
            _COOKIE,
            request.query_params["lang"],
            max_age=_A_YEAR,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    return response


def asset(name: str) -> Response:
    """Return the stylesheet or the script; its address is another one when it is."""
    return Response(
        _asset(name),
        media_type=_MEDIA_TYPES[name],
        headers={"cache-control": f"private, max-age={_A_YEAR}, immutable"},
    )


def asset_address(name: str) -> str:
    """Return where the stylesheet or the script is."""
    return f"/console/{name}?v={hashlib.sha256(_asset(name)).hexdigest()[:12]}"


@cache
def _asset(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


@cache
def environment() -> Environment:
    """Return what renders templates: it escapes what is put in, and fails where something lacks."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "address": address,
        "called": units.called,
        "period_kinds": list(PERIOD_KINDS),
        "numbers": numbers,
    }
    return made
