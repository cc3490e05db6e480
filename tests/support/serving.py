"""An application served in the process of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from deploy.embedded.ports import HOST
from tests.support.wait import wait_until


@asynccontextmanager
async def served(app: FastAPI, port: int) -> AsyncIterator[None]:
    """Serve an application in this process."""
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_config=None))

    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await wait_until(started)
    yield
    server.should_exit = True
    await task
