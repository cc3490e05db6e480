"""The short way of a body: what is in order arrives the same, and what is not is told the same."""

from datetime import date
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import Field

from shared.command_route import CommandRoute
from shared.frozen import Closed
from shared.problems import install_problems

ID = "0190f5fe-7c00-7a00-8000-000000000001"
JSON = "application/json"


class Change(Closed):
    """Something to send."""

    day: date | None = None
    name: Annotated[str, Field(max_length=5)]
    count: int = 1


def an_app(route_class: type[APIRoute]) -> FastAPI:
    app = FastAPI()
    install_problems(app)
    routes = APIRouter(route_class=route_class)

    @routes.post("/things/{id}", response_model=Change)
    async def change(id: UUID, command: Change, request: Request) -> Response:  # noqa: A002
        assert command.name in (await request.body()).decode()
        return Response(f"{id!r} {command!r}")

    app.include_router(routes)
    return app


async def ask(route_class: type[APIRoute], path: str, body: bytes, kind: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=an_app(route_class))
    async with httpx.AsyncClient(transport=transport, base_url="http://ward") as client:
        return await client.post(path, content=body, headers={"content-type": kind})


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        (ID, b'{"name": "a"}', JSON, 200),
        (ID.upper(), b'{"name": "a", "day": "2023-11-14", "count": "7"}', JSON, 200),
        (ID, b'{"name": "  a "}', f"{JSON}; charset=utf-8", 200),
        (ID.replace("-", ""), b'{"name": "a"}', JSON, 200),
        ("1", b'{"name": "a"}', JSON, 422),
        (ID, b'{"name": "a"', JSON, 422),
        (ID, b"", JSON, 422),
        (ID, b"[]", JSON, 422),
        (ID, b'{"name": "a", "day": "2023-02-30", "more": 1}', JSON, 422),
        (ID, b'{"name": "\\u0000"}', JSON, 422),
        (ID, b'{"name": "\\ud800"}', JSON, 422),
        (ID, b'{"name": "\xff"}', JSON, 400),
        (ID, b'{"name": "abcdef"}', JSON, 422),
        (ID, b'{"name": "a"}', "text/plain", 422),
    ],
)
async def test_the_short_way_ends_where_the_ordinary_one_does(
    path: str, body: bytes, kind: str, status: int
) -> None:
    ordinary = await ask(APIRoute, f"/things/{path}", body, kind)
    short = await ask(CommandRoute, f"/things/{path}", body, kind)

    assert ordinary.status_code == status
    assert (short.status_code, short.text) == (ordinary.status_code, ordinary.text)


def test_the_interface_is_described_the_same_with_the_headers_of_a_command() -> None:
    ordinary, short = (an_app(kind).openapi() for kind in (APIRoute, CommandRoute))
    (path,) = short["paths"].values()
    told = path["post"]["parameters"]

    assert [(one["in"], one["name"]) for one in told] == [
        ("path", "id"),
        ("header", "Idempotency-Key"),
        ("header", "Recorded-On"),
    ]
    del told[1:]
    assert ordinary == short
