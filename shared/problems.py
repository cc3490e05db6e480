"""Refusals over HTTP: RFC 9457 problem documents, in Vietnamese or English."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from shared.language import Language
from shared.messages import MESSAGES, TITLES
from shared.refusal import Error, Refused, RefusedAll, broken

MEDIA_TYPE = "application/problem+json"


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


def problem(request: Request, status: int, errors: Sequence[Error]) -> JSONResponse:
    """Return a problem document with one entry an error."""
    language = language_of(request.headers.get("accept-language"))
    told = [
        {"field": field, "rule": rule, "message": MESSAGES[rule][language].format(**values)}
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
    headers: dict[str, str] = {"content-language": language}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Let every refusal of `app`, ours or the framework's, be answered as a problem document."""

    @app.exception_handler(Refused)
    async def refused(request: Request, refusal: Refused) -> JSONResponse:
        return problem(request, refusal.status, refusal.errors)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [broken(item, _place(item)) for item in error.errors()]
        return problem(request, 422, RefusedAll(found).errors)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        rule = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        return problem(request, error.status_code, [("", rule, {})])


def _place(item: ErrorDetails) -> str:
    """Return the JSON path of what pydantic found."""
    place = item["loc"]
    if place and place[0] in {"body", "query", "header", "path"}:
        place = place[1:]
    return ".".join(map(str, place))
