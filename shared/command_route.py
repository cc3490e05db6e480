"""The short way of a command's body: from its bytes into the command, in one step."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

_ID: TypeAdapter[UUID] = TypeAdapter(UUID)

HEADERS: Sequence[Mapping[str, Any]] = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Names this command: sent again with its key, it is answered as before",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    {
        "name": "Recorded-On",
        "in": "header",
        "description": "Day on which a migrated step was recorded; needs the role migrator",
        "schema": {"type": "string", "format": "date"},
    },
)
"""What shared.desk reads of a command's headers, as OpenAPI describes it."""


class CommandRoute(APIRoute):
    """A route whose function takes `command` (the body), `request`, and ids from its path.

    FastAPI describes it, and judges what is not in order: whatever the short way does not take goes
    the ordinary one, so that each mistake is answered as on any other route.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        """Add a route; one of a command is described with its headers."""
        if "command" in endpoint.__annotations__:
            more = told.get("openapi_extra") or {}
            told["openapi_extra"] = {**more, "parameters": list(HEADERS)}
        super().__init__(path, endpoint, **told)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what turns a request into a response."""
        ordinary = super().get_route_handler()
        endpoint = self.endpoint
        command_type = endpoint.__annotations__.get("command")
        if command_type is None:
            return ordinary

        async def handler(request: Request) -> Response:
            if request.headers.get("content-type") != "application/json":
                return await ordinary(request)
            try:
                path = request.path_params
                ids = {name: _ID.validate_python(path[name]) for name in path}
                command = command_type.model_validate_json(await request.body())
            except ValueError:
                return await ordinary(request)
            response: Response = await endpoint(command=command, request=request, **ids)
            return response

        return handler
