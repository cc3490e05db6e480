"""Conditional requests: whoever asks again is told that they have the answer already."""

import hashlib

from fastapi import Request, Response


def etag_of(body: bytes) -> str:
    """Return the ETag of an answer by its bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def has(request: Request, etag: str) -> bool:
    """Say whether who asks has the answer of an ETag."""
    return etag in request.headers.get("if-none-match", "")


def unchanged(request: Request, response: Response, told: str) -> Response | None:
    """Return 304 where who asks has this answer; else let `response` tell its ETag."""
    etag = etag_of(told.encode())
    if has(request, etag):
        return Response(status_code=304, headers={"etag": etag})
    response.headers["etag"] = etag
    return None
