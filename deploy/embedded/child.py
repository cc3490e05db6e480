"""A child process that this program owns: its output, its end, and what is known when it fails.

It gets a session of its own, so that Ctrl-C in the terminal reaches this program alone, which then
stops its parts in order. On Linux the kernel stops it when this program dies in whatever way.
"""

import asyncio
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.embedded.errors import StartFailed

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A started process. Its output is appended to `log`, or goes to the terminal without one."""

    name: str
    log: Path | None
    stop_signal: signal.Signals
    process: asyncio.subprocess.Process

    @classmethod
    async def start(
        cls,
        name: str,
        *command: str | Path,
        log: Path | None,
        stop_signal: signal.Signals = signal.SIGTERM,
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> Self:
        """Start the command. Call it in the main thread: the child ends with the calling one."""
        output = log.open("ab") if log else None
        try:
            process = await asyncio.create_subprocess_exec(
                *_tied_to_us(stop_signal),
                *command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=environment,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        finally:
            if output:
                output.close()
        return cls(name=name, log=log, stop_signal=stop_signal, process=process)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.returncode is None

    async def ended(self) -> str:
        """Wait for its end and say how it ended."""
        code = await self.process.wait()
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        return f"{self.name} ended with {how}"

    async def succeeded(self, hint: str = "") -> None:
        """Wait for its end, and raise StartFailed with the hint unless that is a success."""
        try:
            how = await self.ended()
        finally:
            await self.stop()
        if self.process.returncode:
            raise StartFailed(self.account(how + hint))

    async def until(self, answers: Callable[[], Awaitable[bool]], *, seconds: float = 120) -> None:
        """Return when `answers` says yes; raise StartFailed when it ends or takes too long."""
        try:
            async with asyncio.timeout(seconds):
                while not await answers():
                    if not self.is_running:
                        raise StartFailed(self.account(await self.ended()))
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise StartFailed(
                self.account(f"{self.name} did not answer within {seconds:.0f} s")
            ) from None

    async def stop(self, *, patience: float = 30) -> None:
        """Return when it has stopped, by force after `patience`. It may have ended already."""
        if not self.is_running:
            return
        self.process.send_signal(self.stop_signal)
        try:
            async with asyncio.timeout(patience):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def account(self, what: str, *, lines: int = 20) -> str:
        """Return `what` with the last lines of the log under it."""
        if not self.log:
            return what
        with self.log.open(errors="replace") as file:
            last = deque(file, lines)
        return "\n".join(
            [f"{what}; the last lines of {self.log}:", *(f"  {line.rstrip()}" for line in last)]
        )


def _tied_to_us(stop_signal: signal.Signals) -> list[str]:
    """Return a command prefix: the kernel then sends `stop_signal` when this program dies."""
    # setpriv (util-linux) asks the kernel and then turns into the command. Asking in a preexec_fn
    # would be unsafe with threads.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal.name, "--"] if setpriv else []
