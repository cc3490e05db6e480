"""A live stream: tells open pages that figures have moved, and up to which positions.

One question every fifth of a second serves all who listen; nobody is asked while nobody listens.
"""

import asyncio
from collections.abc import AsyncIterator

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.reporting import positions, projection
from services.reporting.positions import DATABASE_AWAY, Positions
from shared.database import Pool
from shared.refusal import Refused
from shared.service import is_stopping

_LOOK_SECONDS = 0.2
_BEAT_SECONDS = 15.0
"""Silence after which a comment is sent, so that no proxy takes the stream for dead."""
_EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"const": "moved"},
        "id": {"type": "string", "description": "grows with every record that is folded"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "positions: by topic and partition, the next offset",
        },
    },
}
"""Each event of the stream."""
_MOST = 500
"""Streams of one process."""

log = structlog.get_logger()


class Moves:
    """Looks at the positions of the live projection, and wakes who listens when they move."""

    def __init__(self, pool: Pool) -> None:
        """Prepare; `run` does the work."""
        self._pool = pool
        self._moved = asyncio.Condition()
        self._latest: Positions = {}
        self.listeners = 0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self.listeners:
                await self._look()

    async def _look(self) -> None:
        try:
            async with projection.snapshot(self._pool) as conn:
                found = await positions.read(conn)
        except DATABASE_AWAY as error:
            log.warning("the database does not answer", error=repr(error))
            return
        if found != self._latest:
            async with self._moved:
                self._latest = found
                self._moved.notify_all()

    async def stream(self, request: Request) -> AsyncIterator[str]:
        """Yield the positions at once, then whenever they have moved, until the client has gone.

        A service that is asked to stop ends it, for it waits for every answer that it has begun.
        """
        self.listeners += 1
        try:
            told: Positions = {}
            silent = 0.0
            while not is_stopping(request.app) and not await request.is_disconnected():
                if self._latest != told:
                    told, silent = self._latest, 0.0
                    yield _event(told)
                elif silent >= _BEAT_SECONDS:
                    silent = 0.0
                    yield ": \n\n"
                silent += await self._until_moved(told)
        finally:
            self.listeners -= 1

    async def _until_moved(self, told: Positions) -> float:
        """Wait until the positions are others, a second at most; return how long at most."""
        try:
            async with asyncio.timeout(1), self._moved:
                await self._moved.wait_for(lambda: self._latest != told)
        except TimeoutError:
            return 1.0
        return 0.0


def _event(folded: Positions) -> str:
    """Return an event; its number grows with every record that is folded."""
    told = positions.to_json(folded)
    return f'event: moved\nid: {sum(folded.values())}\ndata: {{"positions":{told}}}\n\n'


def moves_routes(moves: Moves) -> APIRouter:
    """Return the route of the live stream."""
    routes = APIRouter(tags=["figures"])

    @routes.get(
        "/moves",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": _EVENT}}}},
        summary="A live stream (server-sent events): figures have moved, up to which positions",
    )
    async def read(request: Request) -> StreamingResponse:
        if moves.listeners >= _MOST:
            raise Refused("too_many_streams", status=503, most=_MOST)
        return StreamingResponse(
            moves.stream(request),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    return routes
