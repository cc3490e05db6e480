"""Waiting in tests: for what is to come true, never for a number of seconds."""

import asyncio
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.05


async def wait_until(predicate: Callable[[], Awaitable[bool]], *, seconds: float = 30) -> None:
    """Return as soon as `predicate` says yes. Raise TimeoutError when it has not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not await predicate():
            await asyncio.sleep(POLL_SECONDS)
