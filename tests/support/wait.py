"""Waiting in tests: for what is to come true, never for a number of seconds."""

import asyncio
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.05


async def wait_until(predicate: Callable[[], Awaitable[bool]], *, seconds: float = 120) -> None:
    """Return when `predicate` says yes; raise TimeoutError when it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not await predicate():
            await asyncio.sleep(POLL_SECONDS)
