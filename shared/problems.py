"""Refusals over HTTP: RFC 9457 problem documents, in Vietnamese or English."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from shared.database import AWAY
from shared.language import Language
from shared.messages import TITLES
from shared.refusal import Error, Refused, RefusedAll, broken
from shared.sentences import sentence

MEDIA_TYPE = "application/problem+json"

_RETRY_AFTER = {"retry-after": "5"}

log = structlog.get_logger()


class ProblemError(BaseModel):
    """One thing that is wrong: the JSON path of the field ("" for the whole), the rule, words."""

    field: str
    rule: str
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457). `type` names the rule of the first error.

    Nothing was changed, but where the database went away (503): send it again under its key.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemError]


def language_of(accept_language: str | None) -> Language:
    """Return the language that the client prefers; Vietnamese unless English is asked for first."""
    best: tuple[float, Language] = (0.0, "vi")
    for part in (accept_language or "").split(","):
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        quality = parameter.lower().removeprefix("q=")
        language = tag.lower().split("-")[0]
        weight = float(quality) if re.fullmatch(r"[01](\.\d{1,3})?", quality) else 1.0
        if language in {"vi", "en"} and weight > best[0]:
            best = (weight, "en" if language == "en" else "vi")
    return best[1]


def problem(
    request: Request,
    status: int,
    errors: Sequence[Error],
    more: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document with one entry an error; `more` are headers of its status."""
    language = language_of(request.headers.get("accept-language"))
    told = [
        {"field": field, "rule": rule, "message": sentence(rule, language, values)}
        for field, rule, values in errors
    ]
    body = {
        "type": f"urn:wardbook:problem:{errors[0][1]}",
        "title": TITLES[status][language],
        "status": status,
        "detail": "; ".join(
            f"{e['field']}: {e['message']}" if e["field"] else e["message"] for e in told
        ),
        "instance": request.url.path,
        "errors": told,
    }
    headers: dict[str, str] = {"content-language": language, **(more or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Let every refusal of `app`, ours or the framework's, be answered as a problem document.

    The description of its interface says so of each operation.
    """

    @app.exception_handler(Refused)
    async def refused(request: Request, refusal: Refused) -> JSONResponse:
        return problem(request, refusal.status, refusal.errors)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [broken(item, _place(item, error.body)) for item in error.errors()]
        return problem(request, 422, RefusedAll(found).errors)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        rules = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
        rule = rules.get(error.status_code, "bad_request")
        more = error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # Starlette's header knows the methods of the first route with this path, not of all.
            more = {"allow": _methods(app.openapi(), request.url.path)}
        return problem(request, error.status_code, [("", rule, {"most": error.detail})], more)

    async def away(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, asyncpg.DataError):
            raise error
        log.error("the database does not answer", error=repr(error), exc_info=error)
        return problem(request, 503, [("", "database_away", {})], _RETRY_AFTER)

    for kind in AWAY:
        app.add_exception_handler(kind, away)
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            _describe(plain())
        return plain()

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's way to extend the document


def _methods(document: Mapping[str, Any], path: str) -> str:
    """Return the methods that an address takes; one written out goes before one with an id."""
    paths = document["paths"]
    found = (
        [paths[path]]
        if path in paths
        else [paths[one] for one in paths if compile_path(one)[0].match(path)]
    )
    return ", ".join(sorted({method.upper() for operations in found for method in operations}))


def _describe(document: dict[str, Any]) -> None:
    """Say of each operation that a refusal is a problem document, not what FastAPI would answer."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem_schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem_schema.pop("$defs") | {"Problem": problem_schema}
    told = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = {"description": "Refused", "content": told}
            not_now = {"description": "Not now: the database is away or full", "content": told}
            operation["responses"].setdefault("503", not_now)


def _place(item: ErrorDetails, body: Any) -> str:
    """Return the JSON path of what pydantic found.

    It names which kind of several a part of the body is taken for; that is no part of the path.
    """
    place = item["loc"]
    if item["type"] == "json_invalid":
        return ""  # its place is a number of letters
    if place and place[0] in {"body", "query", "header", "path"}:
        place = place[1:]
    path: list[int | str] = []
    for part in place[:-1]:
        if not isinstance(body, dict):
            path.append(part)
        elif part in body:
            path.append(part)
            body = body[part]
    return ".".join(map(str, (*path, *place[-1:])))
