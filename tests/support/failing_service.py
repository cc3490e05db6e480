"""A service that fails as soon as it runs: python -m tests.support.failing_service PORT [stopped].

`stopped` has it asked to stop at that very moment.
"""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shared.service import serve, stop_with


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Fail."""
    stop_with(app, RuntimeError("it failed"))
    if "stopped" in sys.argv:
        os.kill(os.getpid(), signal.SIGTERM)
    yield


if __name__ == "__main__":
    serve(FastAPI(lifespan=lifespan), "127.0.0.1", int(sys.argv[1]))
