"""Reads what a form of the console sends: the fields that it has, each once, and no others."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import ValidationError

from shared.frozen import Closed
from shared.refusal import Refused, RefusedAll, broken

_MEDIA_TYPE = "application/x-www-form-urlencoded"
_MOST = 20
"""Fields of a form."""


def sent[M: Closed](model: type[M]) -> Callable[[Request], Awaitable[M]]:
    """Return what reads a form; it refuses another kind of body and what the model refuses.

    How long a body may be, access.toml says. That it was sent from a page of ours, the gate sees
    to (shared.gate).
    """

    async def read(request: Request) -> M:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _MEDIA_TYPE:
            raise Refused("no_form", "Content-Type", status=415, kind=_MEDIA_TYPE)
        try:
            body = (await request.body()).decode()
            pairs = parse_qsl(body, True, True, errors="strict", max_num_fields=_MOST)
        except ValueError:
            raise Refused("bad_request") from None
        fields = dict(pairs)
        if len(fields) < len(pairs):
            raise Refused("told_twice")
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            found = [broken(one, ".".join(map(str, one["loc"]))) for one in error.errors()]
            raise RefusedAll(found) from None

    return read


def described(model: type[Closed]) -> Mapping[str, Any]:
    """Return what the description of the interface says of a form."""
    content = {_MEDIA_TYPE: {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
